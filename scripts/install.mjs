// @ts-check
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from './root.mjs'
import { runProgram } from './spawn.mjs'

const STAMP = `${ROOT}/node_modules/.throughline-installed`

/**
 * What a user's npm settings or environment may say otherwise (`omit=dev`, `NODE_ENV=production`, `workspaces=false`,
 * `dry-run`, `global`, another `os` or `cpu` …). This repository needs all of its dependencies, for this machine.
 */
const INSTALL = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--workspaces=null',
  '--dry-run=false',
  '--package-lock-only=false',
  '--global=false',
  '--location=project',
  '--package-lock=true',
  '--bin-links=true',
  '--install-strategy=hoisted',
  '--install-links=false',
  '--legacy-peer-deps=false',
  '--strict-peer-deps=false',
  `--os=${process.platform}`,
  `--cpu=${process.arch}`,
  ...(process.platform === 'linux' ? [`--libc=${cLibrary()}`] : []),
]

/** Runs `npm ci` when node_modules is not what package-lock.json asks for; otherwise does nothing. */
export async function installDependencies() {
  const lock = fs.readFileSync(`${ROOT}/package-lock.json`, 'utf8')
  const wanted = createHash('sha256').update(lock).digest('hex')
  if (fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === wanted && missingFrom(lock).length === 0) return
  console.error('Installing dependencies (npm ci) …')
  const code = await runNpm(INSTALL)
  if (code !== 0) {
    console.error(`npm ci ${code > 128 ? 'was interrupted' : 'failed; its message is above'}. Nothing was started.`)
    process.exit(code)
  }
  const missing = missingFrom(lock)
  if (missing.length > 0) {
    const [first, ...more] = missing
    console.error(
      `npm ci reported success, but ${first}${more.length > 0 ? ` and ${more.length} more` : ''} is missing from ` +
        `${ROOT}. A setting of npm leaves packages out: compare "npm config list" with its defaults. Nothing was started.`,
    )
    process.exit(1)
  }
  fs.writeFileSync(STAMP, wanted)
}

/**
 * The packages of a lock file that this machine needs and that are not installed, by their path.
 * @param {string} lock
 * @param {string} [root]
 */
export function missingFrom(lock, root = ROOT) {
  /** @type {Record<string, { optional?: boolean, devOptional?: boolean, peer?: boolean, os?: string[], cpu?: string[], libc?: string[] }>} */
  const packages = JSON.parse(lock).packages
  return Object.entries(packages)
    .filter(([folder, entry]) => folder.startsWith('node_modules/') && isNeeded(entry))
    .map(([folder]) => folder)
    .filter((folder) => !fs.existsSync(path.join(root, folder, 'package.json')))
}

/**
 * An optional package is needed where it is built for this system: it is how tools bring their programs.
 * @param {{ optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} entry
 */
function isNeeded({ optional, os, cpu, libc }) {
  if (optional !== true) return true
  if (os?.includes(process.platform) !== true || cpu?.includes(process.arch) !== true) return false
  return libc === undefined || libc.includes(cLibrary() ?? '')
}

/** `glibc` or `musl`, as package.json calls them. */
function cLibrary() {
  if (process.platform !== 'linux') return undefined
  const report = /** @type {{ header: Record<string, unknown> }} */ (process.report.getReport())
  return 'glibcVersionRuntime' in report.header ? 'glibc' : 'musl'
}

/**
 * The npm that runs this script, or the one on PATH where another package manager does.
 * @param {string[]} args
 * @param {import('./spawn.mjs').SpawnOptions} [more]
 */
export function runNpm(args, more) {
  const script = process.env['npm_execpath'] ?? ''
  const options = { ...more, env: npmEnvironment() }
  if (path.basename(script) === 'npm-cli.js') return runProgram(process.execPath, [script, ...args], options)
  return runProgram(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, options)
}

/** Ours without what no argument can take back: one workspace of all, and silence about what goes wrong. */
function npmEnvironment() {
  const entries = Object.entries(process.env).filter(
    ([name, value]) =>
      !/^npm_config_workspace$/i.test(name) && !(/^npm_config_loglevel$/i.test(name) && value === 'silent'),
  )
  return Object.fromEntries(entries)
}
