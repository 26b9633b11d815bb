import fs from 'node:fs/promises'
import path from 'node:path'
import { runTool, type ToolOptions } from '../run-tool.ts'
import { findOnPath } from '../find/executable.ts'

/** How each Python package client downloads; it brings the user's index, proxy, certificates and credentials. */
const clients = [
  { name: 'uv', command: ['uv', 'tool', 'run', 'pip'] },
  { name: 'pip', command: ['pip'] },
  { name: 'pip3', command: ['pip3'] },
  { name: 'python3 -m pip', command: ['python3', '-m', 'pip'] },
]

export interface PackageClient {
  name: string
  /** Downloads one wheel, built for this machine, and returns its path. */
  download: (requirement: string, folder: string) => Promise<string>
}

/** The package clients that are on PATH, best first. */
export async function findPackageClients(options: ToolOptions): Promise<PackageClient[]> {
  const found: PackageClient[] = []
  for (const { name, command } of clients) {
    const [program = '', ...rest] = command
    const file = await findOnPath(program, options.env)
    if (file === undefined) continue
    found.push({
      name,
      async download(requirement, folder) {
        const quick = ['--disable-pip-version-check', '--no-input', '--quiet', '--retries', '2', '--timeout', '15']
        const exact = ['--no-deps', '--only-binary=:all:', '-d', folder, requirement]
        await runTool([file, ...rest, 'download', ...quick, ...exact], options)
        const wheel = (await fs.readdir(folder)).find((one) => one.endsWith('.whl'))
        if (wheel === undefined) throw new Error(`${name} left no wheel`)
        return path.join(folder, wheel)
      },
    })
  }
  return found
}
