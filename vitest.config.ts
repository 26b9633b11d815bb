import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Packages are tested from their sources: no build is needed for a unit test. */
const fromSource = {
  resolve: { conditions: ['@throughline/source'] },
  ssr: { resolve: { conditions: ['@throughline/source'] } },
}

const meshTests = ['e2e/{consul,istio}/**/*.test.ts', 'e2e/contract/{consul,istio}*.test.ts']
const verifyTests = ['e2e/verify/**/*.test.ts']
const matrixTests = ['e2e/path/{callers,propagation-*}.test.ts']
const composeTests = ['e2e/compose/**/*.test.ts']
const clusterTests = ['e2e/cluster/**/*.test.ts']
const clientTests = ['e2e/clients/**/*.test.ts']

const projects: TestProjectInlineConfiguration[] = [
  {
    ...fromSource,
    test: {
      name: 'unit',
      // A loaded machine is slow, not wrong.
      testTimeout: 20_000,
      hookTimeout: 60_000,
      expect: { poll: { timeout: 10_000 } },
      include: [
        'packages/*/{src,conformance,bench}/**/*.test.ts',
        'services/*/{src,page}/**/*.test.ts',
        'lab/*/src/**/*.test.ts',
      ],
    },
  },
  {
    ...fromSource,
    test: { name: 'repository', include: ['scripts/**/*.test.ts'], maxWorkers: '100%', testTimeout: 30_000 },
  },
  {
    ...fromSource,
    // One Helm after another, and the last tests to end: every core renders.
    test: { name: 'charts', include: ['charts/test/**/*.test.ts'], testTimeout: 30_000, maxWorkers: '100%' },
  },
  {
    ...fromSource,
    test: {
      name: 'e2e',
      include: ['e2e/**/*.test.ts'],
      exclude: [...matrixTests, ...verifyTests, ...meshTests, ...composeTests, ...clusterTests, ...clientTests],
      // Every lab takes ports of its own, so files run side by side; a browser wants most of a core.
      maxWorkers: 2,
      testTimeout: 60_000,
      hookTimeout: 120_000,
    },
  },
  {
    ...fromSource,
    test: {
      // It waits for spans most of the time. They are distinguished by time: two paths at once, and nothing else.
      name: 'verify',
      include: verifyTests,
      maxWorkers: 2,
      testTimeout: 60_000,
      hookTimeout: 120_000,
    },
  },
  {
    ...fromSource,
    test: {
      // Control planes and their pods wait more than they compute, and each lab has a subnet of its own.
      name: 'mesh',
      include: meshTests,
      maxWorkers: 2,
      testTimeout: 60_000,
      hookTimeout: 120_000,
    },
  },
  {
    ...fromSource,
    test: {
      // Packed libraries in programs of strangers, on every Node.
      name: 'clients',
      include: clientTests,
      globalSetup: 'e2e/clients/global-setup.ts',
      maxWorkers: 2,
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  },
  {
    ...fromSource,
    test: {
      // The same containers for every file: one after another.
      name: 'compose',
      include: composeTests,
      globalSetup: 'e2e/compose/global-setup.ts',
      fileParallelism: false,
      testTimeout: 120_000,
      hookTimeout: 300_000,
    },
  },
  {
    ...fromSource,
    test: {
      // A cluster on this machine, and its tests one after another.
      name: 'cluster',
      include: clusterTests,
      fileParallelism: false,
      testTimeout: 600_000,
      hookTimeout: 900_000,
    },
  },
  {
    ...fromSource,
    test: {
      // Through every pinned Envoy: minutes, so not in `npm test`.
      name: 'matrix',
      include: matrixTests,
      maxWorkers: 2,
      testTimeout: 60_000,
      hookTimeout: 120_000,
    },
  },
]

/** The longest files of each project, which a first run does not know: last, one would keep all other workers waiting. */
const longest = [
  'e2e/clients/contract',
  'e2e/clients/types',
  'e2e/clients/frameworks',
  'e2e/contract/consul',
  'e2e/contract/istio',
  'e2e/istio/faults',
  'e2e/consul/bypass',
  'e2e/path/draining',
  'e2e/path/trace',
  'e2e/page/layout',
  'e2e/page/findings',
  'e2e/page/settings',
  'e2e/page/guides',
  'charts/test/null-values',
  'scripts/bench',
].map((file) => `/${file}.test.ts`)

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const first = longest.flatMap((end) => sorted.filter(({ moduleId }) => moduleId.endsWith(end)))
    return [...new Set([...first, ...sorted])]
  }
}

/** What tests start ends with them. */
const END_CHILDREN = 'scripts/test-setup.mjs'

export default defineConfig({
  test: {
    globalSetup: END_CHILDREN,
    sequence: { sequencer: LongestFirst },
    // Each has its own number of workers, so one after another.
    projects: projects.map((project, groupOrder) => ({
      ...project,
      test: { ...project.test, setupFiles: END_CHILDREN, sequence: { groupOrder } },
    })),
  },
})
