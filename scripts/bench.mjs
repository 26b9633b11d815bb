// @ts-check
import { parseArgs } from 'node:util'
import { BENCH_OPTIONS } from './bench/options.mjs'
import { packageBenches, runPackageBench } from './bench/package-bench.mjs'
import { ROOT } from './root.mjs'
import { runTool } from './spawn.mjs'

const NOT_KEPT = `${ROOT}/.throughline/bench`
const KEPT = `${ROOT}/docs/reference/data`
/** A Node's figures are its own: one is not comparable with another. */
const NODE = `node${process.versions.node.split('.')[0]}`

/**
 * What is measured outside of the packages: gets the file for the figures and its own flags, gives the exit code.
 * @type {Record<string, (options: { file: string, args: string[] }) => Promise<number> | number>}
 */
const OTHERS = {
  start: async ({ file }) => (await import('./bench/start.mjs')).benchStart(file),
  image: async ({ file }) => (await import('./bench/image.mjs')).benchImage(file),
  demo: async ({ file }) => (await import('./bench/demo.mjs')).benchDemo(file),
  soak: async ({ args }) => (await import('./soak/soak.mjs')).soak(args),
}

/** The page that a benchmark's figures are on, and the test that writes it; the others' are on none. */
const PAGES = {
  performance: 'scripts/docs/performance.test.ts',
  requirements: 'scripts/docs/requirements.test.ts',
}

/**
 * Runs a benchmark; its figures go into a file that git does not see.
 * @param {string[]} args its name, then its own flags; `--write-docs` keeps the figures and rewrites their page;
 * `--quick` instead of a name: the main ratios in about two minutes
 */
export async function bench(args) {
  const keeps = args.includes('--write-docs')
  const [name = '', ...rest] = args.filter((argument) => argument !== '--write-docs')
  const ofPackages = packageBenches()
  const usage = `npm run bench -- --quick | <${[...ofPackages, ...Object.keys(OTHERS)].join(' | ')}> [--write-docs]`
  if (name === '--quick') return (await import('./bench/quick.mjs')).benchQuick(NOT_KEPT)
  const file = `${keeps ? KEPT : NOT_KEPT}/bench-${name}${name === 'demo' || name === 'image' ? '' : `-${NODE}`}.json`
  const other = OTHERS[name]
  if (other === undefined && !ofPackages.includes(name)) {
    console.error(usage)
    return 2
  }
  const wrong = wrongFlag(name, rest)
  if (wrong !== undefined) {
    console.error(`${name}: ${wrong}`)
    return 2
  }
  const code = other === undefined ? await runPackageBench(name, [file, ...rest]) : await other({ file, args: rest })
  if (!keeps || name === 'soak' || name === 'image') return code
  const page = name === 'demo' ? PAGES.requirements : PAGES.performance
  // The page first: `-u` takes what follows it for its value.
  const written = await runTool('vitest/vitest.mjs', ['run', '--project=repository', page, '-u'], { watched: true })
  return code === 0 ? written : code
}

/**
 * What is wrong with the flags of one benchmark; those of another would change nothing.
 * @param {string} name
 * @param {string[]} args
 */
function wrongFlag(name, args) {
  try {
    parseArgs({ args, options: BENCH_OPTIONS[name] ?? {} })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.split(/\. |\n/)[0] : String(error)
  }
}
