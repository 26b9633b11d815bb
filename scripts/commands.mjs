// @ts-check
import fs from 'node:fs'
import { parseArgs } from 'node:util'
import { BENCH_OPTIONS } from './bench/options.mjs'
import { buildAll } from './build.mjs'
import { endChildrenWithUs } from './end-children.mjs'
import { installDependencies } from './install.mjs'
import { stopWithParent } from './parent-watch.mjs'
import { machineProblem } from './require-machine.mjs'
import { ROOT } from './root.mjs'
import { runProgram } from './spawn.mjs'

/**
 * @typedef {object} Command
 * @property {string} does one line of `--help`
 * @property {string} [takes] what may follow, for the usage line; default nothing
 * @property {import('node:util').ParseArgsConfig['options']} [options] flags beside `--help` and `--version`
 * @property {boolean} [positionals] whether words may follow
 * @property {boolean} [passesOn] whether the command reads its own arguments, `--help` included
 * @property {(args: string[]) => Promise<number>} run gets the arguments as they came; gives the exit code
 */

const FILTERS = {
  takes: '[path fragment …] [-t name] [-u]',
  positionals: true,
  options: /** @type {const} */ ({
    testNamePattern: { type: 'string', short: 't' },
    update: { type: 'boolean', short: 'u' },
  }),
}

/** @param {string[]} args */
const runLab = async (args) => (await import('@throughline/lab-cli')).runCommand(args)

/**
 * The published command, as a process of its own: its exit code is its answer.
 * @param {string[]} args
 */
const runThroughline = (args) => runProgram(process.execPath, [`${ROOT}/packages/verify/dist/cli/main.js`, ...args])

/** @type {Record<string, Command>} */
export const COMMANDS = {
  demo: {
    does: 'starts both services behind their sidecars, and the page',
    takes: '[flags]',
    passesOn: true,
    run: (args) => runLab(['demo', ...args]),
  },
  dev: {
    does: 'the demo, with both services restarted when their source changes',
    run: async () => (await import('./dev.mjs')).dev(),
  },
  test: {
    does: 'unit tests, real Envoys and a real browser; with path fragments, only the test files that contain one',
    ...FILTERS,
    run: async (args) => (await import('./test.mjs')).test(args),
  },
  'test:clients': {
    does: 'the packed libraries in programs of strangers: every client, on every Node',
    ...FILTERS,
    run: async (args) => (await import('./test-clients.mjs')).testClients(args),
  },
  'test:mesh': {
    does: 'tests of throughline verify, under a real Consul and a real istiod, and in containers',
    ...FILTERS,
    run: async (args) => (await import('./test-mesh.mjs')).testMesh(args),
  },
  'test:cluster': {
    does: 'npm run cluster against a real Kubernetes that is started on this machine; root on Linux',
    ...FILTERS,
    run: async (args) => (await import('./test-cluster.mjs')).testCluster(args),
  },
  'test:matrix': {
    does: 'propagation through every pinned Envoy; -u records the outcome',
    ...FILTERS,
    run: async (args) => (await import('./test-matrix.mjs')).testMatrix(args),
  },
  compare: {
    does: 'runs one contract against every mesh and writes docs/comparison.md',
    run: async () => (await import('./compare.mjs')).compare(),
  },
  setup: {
    does: 'builds a program that has no package, into the cache',
    takes: 'consul | istio | jaeger | kubernetes | registry',
    positionals: true,
    run: (args) => runLab(['setup', ...args]),
  },
  cluster: {
    does: 'installs a mesh and the application in a Kubernetes cluster, proves that it works, opens the page; --down removes it',
    takes: '--mesh istio | consul | none [flags]',
    passesOn: true,
    run: (args) => runLab(['cluster', ...args]),
  },
  verify: {
    does: 'names the hop that breaks a trace, the cause, and the fix, in any mesh',
    takes: 'URL --traces BACKEND [flags], or explain TLV…',
    passesOn: true,
    run: (args) => runThroughline(args[0] === 'explain' ? args : ['verify', ...args]),
  },
  charts: {
    does: 'builds the subcharts of the Helm charts, where they are missing or old',
    run: async () => (await import('./charts.mjs')).charts(),
  },
  bench: {
    does: 'runs a benchmark on this machine',
    takes:
      '--quick | telemetry | exporter | outage | propagation | start | growth | semi-space | image | demo | soak [its flags] [--write-docs]',
    positionals: true,
    options: {
      quick: { type: 'boolean' },
      'write-docs': { type: 'boolean' },
      ...Object.assign({}, ...Object.values(BENCH_OPTIONS)),
    },
    run: async (args) => (await import('./bench.mjs')).bench(args),
  },
  version: {
    does: 'gives packages, charts, images, code and docs the next version, and closes the changelog',
    takes: 'major | minor | patch | 1.2.3',
    positionals: true,
    run: async (args) => (await import('./release/version.mjs')).version(args),
  },
  release: {
    does: 'makes everything that a version consists of, and publishes it',
    takes: '[--dry-run]',
    options: /** @type {const} */ ({ 'dry-run': { type: 'boolean' } }),
    run: async (args) => (await import('./release/release.mjs')).release(args),
  },
  check: {
    does: 'lint, format, types, unused code and docs',
    run: async () => (await import('./check.mjs')).check(),
  },
}

/**
 * Runs one command; on a fresh clone it installs and builds first.
 *
 * @param {string[]} argv
 * @returns {Promise<number>} exit code; 2 for a command or an argument that does not exist
 */
export async function runCommandLine([name = '', ...args]) {
  if (name === '--help' || name === '-h') return print(overview())
  if (name === '--version') return print(version())
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) return refuse(`unknown command "${name}"\n\n${overview()}`)
  if (command.passesOn !== true) {
    const asked = readFlags(command, args)
    if (typeof asked === 'string') return refuse(`${asked}\n${usage(name, command)}`)
    if (asked.help) return print(`${usage(name, command)}\n\n${capital(command.does)}.`)
  }
  if (args.includes('--version')) return print(version())
  const problem = machineProblem()
  if (problem !== undefined) return refuse(`${problem} Nothing was started.`, 1)
  stopWithParent()
  endChildrenWithUs()
  await installDependencies()
  await buildAll()
  try {
    return await command.run(args)
  } catch (error) {
    // On a fresh clone the lab is built only by now.
    const { describeLacking } = await import('@throughline/lab-programs')
    const lacking = describeLacking(error)
    if (lacking === undefined) throw error
    return refuse(lacking.message, 1)
  }
}

/**
 * @param {Command} command
 * @param {string[]} args
 * @returns {{ help?: boolean } | string} the flags, or what is wrong with them
 */
function readFlags({ options = {}, positionals: allowPositionals = false }, args) {
  const own = /** @type {const} */ ({ help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } })
  try {
    return parseArgs({ args, options: { ...options, ...own }, allowPositionals }).values
  } catch (error) {
    return error instanceof Error ? (error.message.split(/\. |\n/)[0] ?? '') : String(error)
  }
}

/**
 * @param {string} name
 * @param {Command} command
 */
function usage(name, { takes }) {
  const script = name === 'test' ? 'npm test' : `npm run ${name}`
  return takes === undefined ? `usage: ${script}` : `usage: ${script} -- ${takes}`
}

function overview() {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length))
  const rows = Object.entries(COMMANDS).map(([name, { does }]) => `  ${name.padEnd(width)}  ${does}`)
  return `usage: npm run <command> [-- arguments]\n\n${rows.join('\n')}\n\nnpm run <command> -- --help says more.`
}

function version() {
  return JSON.parse(fs.readFileSync(`${ROOT}/package.json`, 'utf8')).version
}

/** @param {string} text */
function print(text) {
  console.log(text)
  return 0
}

/**
 * @param {string} text
 * @param {number} [code]
 */
function refuse(text, code = 2) {
  console.error(text)
  return code
}

/** @param {string} text */
function capital(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
