// @ts-check
/**
 * The door to every command of this repository: `node scripts/run.mjs <command> [arguments]`.
 * It needs nothing but Node: on a fresh clone it installs and builds before it runs the command.
 */
import { buildAll } from './build.mjs'
import { installDependencies } from './install.mjs'
import { requireNode } from './require-node.mjs'

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const COMMANDS = {
  /** Starts the two services behind their sidecars. */
  demo: async (args) => (await import('./demo.mjs')).demo(args),
  /** The same, with both services restarted when their source changes. */
  dev: async () => (await import('./dev.mjs')).dev(),
  /** Every test of `npm test`; arguments are passed to vitest as filters. */
  test: async (args) => (await import('./test.mjs')).test(args),
  /** The propagation matrix, through every pinned Envoy. */
  'test:matrix': async (args) => (await import('./test-matrix.mjs')).testMatrix(args),
  /** Scenarios under Consul and Istio; arguments are passed to vitest as filters. */
  'test:mesh': async (args) => (await import('./test-mesh.mjs')).testMesh(args),
  /** The same contract against every mesh, and the page that compares them. */
  compare: async () => (await import('./compare.mjs')).compare(),
  /** Builds a program that has no package, into the cache: consul, istio or jaeger. */
  setup: async (args) => (await import('./setup.mjs')).setup(args),
  /** What a package costs: measured here and now, one benchmark each. */
  bench: async (args) => (await import('./bench.mjs')).bench(args),
  /** Everything that must hold and is no test: lint, format, types, unused code, docs. */
  check: async () => (await import('./check.mjs')).check(),
}

const [command = '', ...args] = process.argv.slice(2)
const run = COMMANDS[command]
if (!run) {
  console.error(`unknown command "${command}"; known: ${Object.keys(COMMANDS).join(', ')}`)
  process.exit(2)
}
requireNode()
await installDependencies()
await buildAll()
process.exitCode = await run(args)
