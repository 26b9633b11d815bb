import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PROGRAMS = fileURLToPath(new URL('programs', import.meta.url))

/** Lines of the OpenTelemetry SDK: what a program installs besides our packages, each package in its newest version. */
export const SDK_LINES = {
  '2.x': {
    '@opentelemetry/api': '1.9.1',
    '@opentelemetry/instrumentation-express': '0.71.0',
    '@opentelemetry/instrumentation-http': '0.223.0',
    '@opentelemetry/instrumentation-koa': '0.71.0',
    '@opentelemetry/instrumentation-nestjs-core': '0.70.0',
    '@opentelemetry/instrumentation-undici': '0.33.0',
    '@opentelemetry/sdk-trace': '2.12.1',
  },
  '3.x': {
    '@opentelemetry/api': '1.10.0',
    '@opentelemetry/instrumentation-express': '0.72.0',
    '@opentelemetry/instrumentation-http': '0.301.0',
    '@opentelemetry/instrumentation-koa': '0.72.0',
    '@opentelemetry/instrumentation-nestjs-core': '0.71.0',
    '@opentelemetry/instrumentation-undici': '0.34.0',
    '@opentelemetry/sdk-trace': '3.1.1',
  },
} as const
export type SdkLine = keyof typeof SDK_LINES

/** A folder outside this repository, with our packages installed from their tarballs as a user would. */
export interface Project extends AsyncDisposable {
  readonly folder: string
}

/** Packs libraries (folders of `packages/`) as they are built now; returns the tarballs. */
export async function packLibraries(folder: string, names = ['propagation', 'telemetry']): Promise<string[]> {
  const { stdout } = await run(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--loglevel=error', `--pack-destination=${folder}`].concat(
      names.map((name) => path.join(ROOT, 'packages', name)),
    ),
    { cwd: folder },
  )
  return (JSON.parse(stdout) as { filename: string }[]).map(({ filename }) => path.join(folder, filename))
}

/** Installs packages and tarballs in an empty folder, without flags that would force anything. */
export async function installProject(
  tarballs: readonly string[],
  dependencies: Readonly<Record<string, string>>,
): Promise<Project> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-clients-'))
  const packages = Object.entries(dependencies).map(([name, version]) => `${name}@${version}`)
  await fs.writeFile(path.join(folder, 'package.json'), '{ "name": "stranger", "private": true }')
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs, ...packages], {
    cwd: folder,
    env: strangersEnvironment(),
  })
  return { folder, [Symbol.asyncDispose]: () => fs.rm(folder, { recursive: true, force: true }) }
}

/** Without this repository's npm settings, such as strict engines. */
function strangersEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))
}

/** A project with the dependencies of `programs/package.json`, and those programs in it. */
export async function installPrograms(tarballs: readonly string[], line: SdkLine): Promise<Project> {
  const manifest = await fs.readFile(path.join(PROGRAMS, 'package.json'), 'utf8')
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> }
  const project = await installProject(tarballs, { ...dependencies, ...SDK_LINES[line] })
  await fs.cp(PROGRAMS, project.folder, { recursive: true, filter: (file) => !file.endsWith('package.json') })
  return project
}
