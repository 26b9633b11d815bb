// @ts-check
import path from 'node:path'
import { parseArgs } from 'node:util'
import { BENCH_OPTIONS, WHOLE } from './bench/options.mjs'
import { packageBenches, runPackageBench } from './bench/package-bench.mjs'
import { ROOT } from './root.mjs'
import { runProgram, runTool } from './spawn.mjs'

const NOT_KEPT = `${ROOT}/.throughline/bench`
const KEPT = `${ROOT}/docs/reference/data`
const MAJOR = Number(process.versions.node.split('.')[0])
/** A Node's figures are its own: one is not comparable with another. */
const NODE = `node${MAJOR}`
/** Those that goals are set for; with others only the peers are measured for the docs. */
const NODES_WITH_GOALS = [20, 24]

/**
 * What is measured outside of the packages: gets the file for the figures and its own flags, gives the exit code.
 * @type {Record<string, (options: { file: string, args: string[] }) => Promise<number> | number>}
 */
const OTHERS = {
  start: async ({ file, args }) => (await import('./bench/start.mjs')).benchStart(file, { rounds: numberOf(args) }),
  growth: async ({ file, args }) => (await import('./bench/growth.mjs')).benchGrowth(file, args),
  image: async ({ file }) => (await import('./bench/image.mjs')).benchImage(file),
  demo: async ({ file }) => (await import('./bench/demo.mjs')).benchDemo(file),
  soak: async ({ args }) => (await import('./soak/soak.mjs')).soak(args),
}

/** The test that writes the pages with the figures of a benchmark; those of some are on none. */
const PERFORMANCE = 'scripts/docs/performance.test.ts'
/** @type {Record<string, string | undefined>} */
const PAGES = { demo: 'scripts/docs/requirements.test.ts', image: undefined, soak: undefined }

/**
 * Runs a benchmark; its figures go into a file that git does not see.
 * @param {string[]} args its name, then its own flags; `--write-docs` keeps the figures and rewrites their page;
 * `--quick` instead of a name: the main ratios in about two minutes
 */
export async function bench(args) {
  const keeps = args.includes('--write-docs')
  const [name = '', ...rest] = args.filter((argument) => argument !== '--write-docs')
  const names = [...packageBenches(), ...Object.keys(OTHERS)]
  const usage = `npm run bench -- --quick | <${names.join(' | ')}> [--write-docs]`
  if (name === '--quick')
    return keeps ? refuse(name, cannotKeep(name, [])) : (await import('./bench/quick.mjs')).benchQuick(NOT_KEPT)
  if (!names.includes(name)) return refuse('bench', usage)
  const { wrong, given = {} } = readFlags(name, rest)
  const problem = wrong ?? (keeps ? cannotKeep(name, Object.keys(given)) : undefined)
  if (problem !== undefined) return refuse(name, problem)
  const { nodes } = given
  if (typeof nodes === 'string') return onNodes(nodes.split(','), withoutNodes(args))

  const file = `${keeps ? KEPT : NOT_KEPT}/bench-${name}${name === 'demo' || name === 'image' ? '' : `-${NODE}`}.json`
  const code = await run(name, { file, args: [...rest, ...whatIsKept(name, keeps)] })
  const page = name in PAGES ? PAGES[name] : PERFORMANCE
  if (!keeps || code !== 0 || page === undefined) return code
  // The page first: `-u` takes what follows it for its value.
  return runTool('vitest/vitest.mjs', ['run', '--project=repository', page, '-u'], { watched: true })
}

/**
 * @param {string} name
 * @param {{ file: string, args: string[] }} options
 */
async function run(name, { file, args }) {
  const other = OTHERS[name]
  if (other !== undefined) return other({ file, args })
  if (name === 'telemetry') await findPeers()
  return runPackageBench(name, [file, ...args])
}

/** Tells the benchmark of requests where dd-trace is; without it, it is left out. */
async function findPeers() {
  // On a fresh clone the lab is built only by now.
  const { findDdTrace, messageOf } = await import('@throughline/lab-programs')
  try {
    process.env['DD_TRACE'] ??= await findDdTrace(MAJOR)
  } catch (error) {
    console.error(`dd-trace is not measured: ${messageOf(error)}`)
  }
}

/** @param {string} name @param {boolean} keeps */
function whatIsKept(name, keeps) {
  return keeps && name === 'telemetry' && !NODES_WITH_GOALS.includes(MAJOR) ? ['--peers'] : []
}

/**
 * Runs the same command with one Node after another.
 * @param {string[]} majors
 * @param {string[]} args without `--nodes`
 */
async function onNodes(majors, args) {
  const { findNode, nodeVersions } = await import('@throughline/lab-programs')
  const versions = majors.map((major) => nodeVersions.find((version) => version.startsWith(`${major}.`)))
  const unknown = versions.indexOf(undefined)
  if (unknown !== -1) return refuse('--nodes', `${majors[unknown]} is none of ${nodeVersions.map(majorOf).join(',')}`)
  for (const version of versions) {
    const node = await findNode(version ?? '')
    console.error(`\nNode ${version}`)
    const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env['PATH']}` }
    const code = await runProgram(node, [`${ROOT}/scripts/run.mjs`, 'bench', ...args], { env, watched: true })
    if (code !== 0) return code
  }
  return 0
}

/**
 * The flags of one benchmark, or what is wrong with them; those of another would change nothing.
 * @param {string} name
 * @param {string[]} args
 * @returns {{ wrong?: string | undefined, given?: Record<string, unknown> }}
 */
function readFlags(name, args) {
  try {
    return { given: { ...parseArgs({ args, options: BENCH_OPTIONS[name] ?? {} }).values } }
  } catch (error) {
    return { wrong: error instanceof Error ? error.message.split(/\. |\n/)[0] : String(error) }
  }
}

/**
 * Why figures can't be kept for the docs: they have to be of a whole benchmark.
 * @param {string} name
 * @param {string[]} flags that are given
 */
function cannotKeep(name, flags) {
  if (name === '--quick' || (name in PAGES && PAGES[name] === undefined))
    return '--write-docs: its figures are on no page'
  const partial = flags.filter((flag) => !WHOLE.has(flag)).map((flag) => `--${flag}`)
  if (partial.length === 0) return undefined
  return `--write-docs keeps a whole benchmark, so it can't be combined with ${partial.join(', ')}`
}

/** @param {string[]} args */
function withoutNodes(args) {
  return args.filter((argument, at) => !/^--nodes(=|$)/.test(argument) && args[at - 1] !== '--nodes')
}

/** @param {string[]} args `[--rounds N]` */
function numberOf(args) {
  const { values } = parseArgs({ args, options: { rounds: { type: 'string' } } })
  return values.rounds === undefined ? undefined : Number(values.rounds)
}

/** @param {string} version */
function majorOf(version) {
  return version.split('.')[0]
}

/**
 * @param {string} name
 * @param {string | undefined} problem
 */
function refuse(name, problem) {
  console.error(`${name}: ${problem}`)
  return 2
}
