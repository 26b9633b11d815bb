import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { findNode, nodeVersions } from '@throughline/lab-programs'
import type { TestProject } from 'vitest/node'
import { installPrograms, packLibraries, SDK_LINES, type SdkLine } from './project.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    tarballs: string[]
    /** The folder of the project with that line of the SDK. */
    projects: Record<SdkLine, string>
    /** The path of the binary, by version. */
    nodes: Record<string, string>
  }
}

/** Packs and installs once for all tests of this folder. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const packed = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-packed-'))
  const tarballs = await packLibraries(packed)
  const nodes = await Promise.all(nodeVersions.map(async (version) => [version, await findNode(version)]))
  const lines = Object.keys(SDK_LINES) as SdkLine[]
  const projects = await Promise.all(lines.map(async (line) => [line, await installPrograms(tarballs, line)] as const))
  provide('tarballs', tarballs)
  provide('nodes', Object.fromEntries(nodes) as Record<string, string>)
  provide(
    'projects',
    Object.fromEntries(projects.map(([line, { folder }]) => [line, folder])) as Record<SdkLine, string>,
  )
  return async () => {
    for (const [, project] of projects) await project[Symbol.asyncDispose]()
    await fs.rm(packed, { recursive: true, force: true })
  }
}
