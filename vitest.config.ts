import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

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
  { ...fromSource, test: { name: 'repository', include: ['scripts/**/*.test.ts'] } },
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

export default defineConfig({
  test: {
    // Each has its own number of workers, so one after another.
    projects: projects.map((project, groupOrder) => ({
      ...project,
      test: { ...project.test, sequence: { groupOrder } },
    })),
  },
})
