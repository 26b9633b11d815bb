import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const TSC = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))

/** A project with this package installed from its tarball, as a user would. */
export interface InstalledPackage extends AsyncDisposable {
  /** The project; what this repository has installed is found from there too. */
  readonly project: string
  /** Paths in the tarball. */
  readonly files: readonly string[]
  readonly tarball: string
  /** The package's own folder in the project. */
  readonly directory: string
}

/** Builds, packs and unpacks the package, apart from its `dist` folder. */
export async function installPackage(): Promise<InstalledPackage> {
  const results = path.join(PACKAGE, 'test-results')
  await fs.mkdir(results, { recursive: true })
  const project = await fs.mkdtemp(path.join(results, 'project-'))
  // A manifest of its own: without one, the package's name would be found in this folder's parents, as itself.
  await fs.writeFile(path.join(project, 'package.json'), '{ "name": "consumer", "private": true }')
  const build = path.join(project, 'build')
  const outDir = path.join(build, 'dist')
  await run(process.execPath, [TSC, '-p', PACKAGE, '--outDir', outDir, '--tsBuildInfoFile', path.join(project, 'info')])
  for (const file of ['LICENSE', 'README.md', 'package.json']) {
    await fs.cp(path.join(PACKAGE, file), path.join(build, file))
  }
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error'], { cwd: build })
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  const tarball = path.join(build, packed.filename)
  const scope = path.join(project, 'node_modules', '@throughline')
  await fs.mkdir(scope, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', scope])
  const directory = path.join(scope, 'propagation')
  await fs.rename(path.join(scope, 'package'), directory)
  return {
    project,
    tarball,
    directory,
    files: packed.files.map((file) => file.path),
    [Symbol.asyncDispose]: () => fs.rm(project, { recursive: true, force: true }),
  }
}

/** Runs `node` in the project and returns what it printed. */
export async function runNode(
  project: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { stdout } = await run(process.execPath, [...args], {
    cwd: project,
    env: { PATH: process.env['PATH'], ...env },
    timeout: 30_000,
  })
  return stdout
}
