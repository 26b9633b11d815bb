import fs from 'node:fs/promises'
import path from 'node:path'
import { findOnPath } from '../find/executable.ts'
import { runTool, ToolError, type ToolOptions } from '../run-tool.ts'

/** How each Python package client downloads: with the user's index, proxy, certificates and credentials. */
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
        try {
          const env = { ...pipEnv(options.env), PIP_PLATFORM: platformTags().join(' ') }
          await runTool([file, ...rest, 'download', ...quick, ...exact], { ...options, env })
        } catch (error) {
          options.signal?.throwIfAborted()
          throw explain(error, options.env)
        }
        const wheel = (await fs.readdir(folder)).find((entry) => entry.endsWith('.whl'))
        if (wheel === undefined) throw new Error(`${name} left no wheel`)
        return path.join(folder, wheel)
      },
    })
  }
  return found
}

/** Settings of pip that decide what is downloaded and where to, and the home of another Python; those that name the source are kept. */
const CLIENT_SETTINGS =
  /^PIP_(?:PYTHON_VERSION|IMPLEMENTATION|ABI|TARGET|PREFIX|ROOT|USER|CONSTRAINT|BUILD_CONSTRAINT|REQUIREMENT|EDITABLE|NO_BINARY|ONLY_BINARY|PREFER_BINARY|NO_DEPS|DEST|REPORT|DRY_RUN|SRC|QUIET|VERBOSE|LOG|EXISTS_ACTION|PYTHON|PRE|HASH|GROUP|REQUIREMENTS_FROM_SCRIPT|GLOBAL_OPTION|CONFIG_SETTINGS?|PROGRESS_BAR)$|^PYTHONHOME$/i

/** pip's environment here. A variable overrides the user's pip.conf, which may have the same settings. */
export function pipEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const userEnv = Object.fromEntries(Object.entries(env).filter(([name]) => !CLIENT_SETTINGS.test(name)))
  return { ...userEnv, PIP_REQUIRE_VIRTUALENV: '0', PIP_REQUIRE_HASHES: '0' }
}

/** The names of wheels that run on this machine, best first (PEP 600, PEP 656). */
function platformTags(): string[] {
  if (process.platform === 'darwin') return [15, 14, 13, 12, 11].map((major) => `macosx_${major}_0_${process.arch}`)
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  const tags = ['manylinux_2_31', 'manylinux_2_28', 'manylinux_2_17', 'manylinux2014', 'musllinux_1_2', 'musllinux_1_1']
  return tags.map((tag) => `${tag}_${machine}`)
}

/** pip's own words about a pip.conf that it can't read, which are several lines. */
function unreadable(stderr: string): string | undefined {
  return /^Configuration file .*/ms.exec(stderr)?.[0].trim().replaceAll(/\s+/g, ' ')
}

/** pip ends with "No matching distribution" even when it reached no index; the reason is in its output above, if at all. */
function explain(error: unknown, env: NodeJS.ProcessEnv): unknown {
  if (!(error instanceof ToolError)) return error
  const [, rest] = error.stderr.split("after connection broken by '", 2)
  const broken = rest?.split('\n', 1)[0]?.split("':", 1)[0]
  const ignored = /^WARNING: (Location .* is ignored.*?)\.?$/m.exec(error.stderr)?.[1]
  const reason =
    (broken && `the index can't be reached: ${broken}`) ??
    (ignored && `the index can't be used: ${ignored}`) ??
    unreadable(error.stderr) ??
    (/No matching distribution/.test(error.stderr)
      ? env['PIP_NO_INDEX']
        ? 'PIP_NO_INDEX keeps it from every index'
        : `${error.message}; "pip config list" shows which index pip uses, or that it uses none`
      : undefined)
  return reason ? new Error(reason, { cause: error }) : error
}
