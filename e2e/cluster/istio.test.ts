import { findKubernetes } from '@throughline/lab-programs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildImages } from './support/images.ts'
import { clusterContents } from './support/cluster-contents.ts'
import { type MeshCharts, serveIstioCharts } from './support/mesh-charts.ts'
import { runScript } from './support/run-script.ts'
import { type ClusterNode, startNode } from './support/start-node.ts'

let node: ClusterNode
let charts: MeshCharts

beforeAll(async () => {
  const found = await findKubernetes()
  node = await startNode(found, await buildImages(found))
  charts = await serveIstioCharts(found, node)
}, 900_000)

afterAll(async () => {
  await charts?.[Symbol.asyncDispose]()
  await node?.[Symbol.asyncDispose]()
}, 120_000)

const cluster = (...args: string[]) => runScript(['cluster', '--context', node.name, ...args], node.env)

describe('npm run cluster against a real cluster', () => {
  let before: string[]

  it('installs Istio and the application under the restricted standard, and proves the path', async () => {
    await node.kubectl('create', 'namespace', 'throughline')
    await node.kubectl('label', 'namespace', 'throughline', 'pod-security.kubernetes.io/enforce=restricted')
    before = await clusterContents(node)
    const { exitCode, stdout, stderr } = await cluster(
      '--mesh',
      'istio',
      '--no-images',
      '--no-page',
      '--mesh-repo',
      charts.url,
      '--mesh-values',
      charts.values,
    )
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('A namespace for the application: there already')])
    expect(stdout).toMatch(/^ok .*connected, count \d+$/m)
    expect(stdout).toMatch(/^ok .*whole, 6 spans$/m)
    expect(stdout).toMatch(/^ok .*is refused: .*reset/im)
  })

  it('removes it again and leaves the cluster as it was', async () => {
    const { exitCode, stderr } = await cluster('--down')
    expect([exitCode, stderr]).toEqual([0, expect.anything()])
    expect(await clusterContents(node)).toEqual(before)
  })
})
