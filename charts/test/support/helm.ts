import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { stringify } from 'yaml'
import type { TestContext } from 'vitest'
import { findHelm, type HelmMajor, messageOf } from '@throughline/lab-programs'
import { readObjects } from '@throughline/lab-meshes'
import type { KubernetesObject } from './kubernetes-object.ts'

/** Folder of the charts. */
export const CHARTS = path.join(import.meta.dirname, '../..')

interface RenderOptions {
  /** Values as data; they win over `files`. */
  values?: Record<string, unknown>
  /** Values files, below `charts/`. */
  files?: string[]
  release?: string
  namespace?: string
  kubeVersion?: string
}

interface HelmResult {
  exitCode: number
  stdout: string
  stderr: string
}

export interface Helm {
  run: (...args: string[]) => Promise<HelmResult>
  /** Renders a chart (a folder below `charts/`) as text. @throws with Helm's own message when it refuses */
  text: (chart: string, options?: RenderOptions) => Promise<string>
  /** Renders a chart to its objects, those of `templates/tests` included. */
  objects: (chart: string, options?: RenderOptions) => Promise<KubernetesObject[]>
  /** Helm's message when it refuses to render; undefined when it renders. */
  refusal: (chart: string, options?: RenderOptions) => Promise<string | undefined>
}

function createHelm(file: string): Helm {
  const run = (...args: string[]) => runHelm(file, args)
  const render = (chart: string, options: RenderOptions = {}) =>
    withValues(options, (args) => run('template', options.release ?? 'throughline', path.join(CHARTS, chart), ...args))
  const text = async (chart: string, options?: RenderOptions) => {
    const result = await render(chart, options)
    if (result.exitCode !== 0) throw new Error(result.stderr)
    return result.stdout
  }
  return {
    run,
    text,
    objects: async (chart, options) => readObjects<KubernetesObject>(await text(chart, options)),
    refusal: async (chart, options) => {
      const result = await render(chart, options)
      return result.exitCode === 0 ? undefined : result.stderr
    },
  }
}

const found = new Map<HelmMajor, Promise<Helm>>()

/** The Helm of a test. A machine without one skips the test and says why; in CI that is a failure. */
export async function requireHelm(context: Pick<TestContext, 'skip'>, major: HelmMajor = 4): Promise<Helm> {
  const helm = found.get(major) ?? findHelm(major).then(createHelm)
  found.set(major, helm)
  return await helm.catch((error: unknown) => giveUp(context, error))
}

/** Skips the test with the reason; in CI, where nothing may be missing, fails it. */
export function giveUp(context: Pick<TestContext, 'skip'>, error: unknown): never {
  if (process.env['CI']) throw error
  return context.skip(messageOf(error))
}

function runHelm(file: string, args: string[]): Promise<HelmResult> {
  return new Promise((resolve) => {
    execFile(file, args, { maxBuffer: 64 * 1024 * 1024, env: quietEnvironment() }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    )
  })
}

/** The user's own Helm plugins, repositories and cluster must not change a result. */
function quietEnvironment(): NodeJS.ProcessEnv {
  const home = path.join(os.tmpdir(), 'throughline-helm-home')
  return {
    PATH: process.env['PATH'],
    HOME: home,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
    KUBECONFIG: path.join(home, 'none'),
  }
}

async function withValues<T>(options: RenderOptions, use: (args: string[]) => Promise<T>): Promise<T> {
  const args = ['--namespace', options.namespace ?? 'throughline']
  if (options.kubeVersion !== undefined) args.push('--kube-version', options.kubeVersion)
  for (const file of options.files ?? []) args.push('--values', path.join(CHARTS, file))
  if (options.values === undefined) return use(args)
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-values-'))
  try {
    const file = path.join(folder, 'values.yaml')
    await fs.writeFile(file, stringify(options.values, { version: '1.1' }))
    return await use([...args, '--values', file])
  } finally {
    await fs.rm(folder, { recursive: true })
  }
}
