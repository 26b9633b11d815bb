import fs from 'node:fs/promises'
import path from 'node:path'
import { answersOk, findKubernetes } from '@throughline/lab-programs'
import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { pageText } from '../support/page-text.ts'
import { buildImages } from './support/images.ts'
import { clusterContents } from './support/cluster-contents.ts'
import { consulDefinitions } from '../support/consul-definitions.ts'
import { evictOneByOne } from './support/evict-one-by-one.ts'
import { type MeshCharts, serveIstioCharts } from './support/mesh-charts.ts'
import { proxyApi } from './support/proxy-api.ts'
import { root, runInRoot } from './support/run-in-root.ts'
import { runScript, type StartedScript, startScript } from './support/run-script.ts'
import { type ClusterNode, startNode } from './support/start-node.ts'
import { startSteadyLoad } from './support/steady-load.ts'
import { portForwardsAfter } from './support/port-forwards-after.ts'
import { expectFound, expectSituation, removeRole, restrictedTo, throughlineVerify } from './support/verify-context.ts'
import { situations } from './support/verify-situations.ts'

const APP = 'throughline'

let node: ClusterNode
let charts: MeshCharts

beforeAll(async () => {
  const found = await findKubernetes()
  node = await startNode(found, await buildImages(found))
  charts = await serveIstioCharts(found, node)
  await node.kubectl('apply', '--server-side', '--filename', found.istio.files.gatewayApiDefinitions)
  await node.kubectl('create', 'namespace', APP)
  await node.kubectl('label', 'namespace', APP, 'pod-security.kubernetes.io/enforce=restricted')
}, 900_000)

afterAll(async () => {
  await charts?.[Symbol.asyncDispose]()
  await node?.[Symbol.asyncDispose]()
}, 120_000)

/** `helm upgrade` of the application. */
async function upgrade(...settings: string[]): Promise<void> {
  await runInRoot(node, 'helm', 'upgrade', APP, 'charts/istio', '--namespace', APP, '--wait', ...settings)
}

/** What `helm test` prints of it. */
async function prove(): Promise<string> {
  return await runInRoot(node, 'helm', 'test', APP, '--namespace', APP, '--logs')
}

/** An upgrade as the guide has it, and its proof. */
async function change(...settings: string[]): Promise<string> {
  await upgrade('--reset-then-reuse-values', ...settings)
  return await prove()
}

/** Nothing is skipped here: the suite runs as a whole or not at all. */
function failWith(note: string): never {
  throw new Error(note)
}

const both = ['counting', 'dashboard']

/** Until every replica of both services is available. */
async function untilAvailable(): Promise<void> {
  for (const app of both) {
    await node.kubectl('rollout', 'status', `deployment/${app}`, '--namespace', APP, '--timeout=300s')
  }
}

describe('npm run cluster against a real cluster', () => {
  let before: string[]
  let command: StartedScript | undefined
  let pageUrl = ''

  afterAll(() => command?.[Symbol.asyncDispose]())

  it('installs Istio and the application, proves the path, and opens the page', async () => {
    const browser = requireBrowser({ skip: failWith })
    before = await clusterContents(node)
    const mirror = ['--mesh-repo', charts.url, '--mesh-values', charts.values]
    command = startScript(['cluster', '--context', node.name, '--mesh', 'istio', '--no-images', ...mirror], node.env)
    const printed = await command.untilPrinted(/^The page: \S+/m, 500_000)
    expect(printed).toMatch(/^ok .*connected, count \d+\nok .*whole, 6 spans\nok .*is refused: connection reset/m)
    pageUrl = /^The page: (\S+)/m.exec(printed)?.[1] ?? ''
    await using tab = await openPage(browser, pageUrl)
    await pageText(tab.page, '#state-label', /^Connected$/)
    // A port-forward enters the pod beside its sidecar.
    await pollUntil(async () => (await tab.page.locator('#rows tr').count()) === 5, {
      what: 'five hops',
      deadline: 30_000,
    })
    expect(tab.errors).toEqual([])
  })

  it('has a release whose values deny the call, and trace by Zipkin', async () => {
    expect(await change('--set', 'dashboard.allowed=false')).toMatch(
      /^ok .*denied.*\nok .*whole, 5 spans\nok .*is refused/m,
    )
    const allowed = await change('--set', 'dashboard.allowed=true', '--set', 'telemetry.provider=zipkin')
    expect(allowed).toMatch(/^ok .*connected.*\nok .*whole, 6 spans\nok .*is refused/m)
  })

  it('serves two replicas of each behind a gateway, and loses no request while pods are replaced', async () => {
    const replicas = both.flatMap((app) => ['--set', `${app}.replicas=2`])
    // A busy machine is slow, and loses nothing.
    const patience = [
      '--set',
      'dashboard.env[0].name=UPSTREAM_TIMEOUT_MS',
      '--set-string',
      'dashboard.env[0].value=10000',
    ]
    const proof = await change('--set', 'global.gateway.enabled=true', ...replicas, ...patience)
    expect(proof).toMatch(/^ok .*connected.*\nok .*whole, 8 spans\nok .*is refused/m)

    const service = ['service', 'dashboard-gateway-istio', '--namespace', APP]
    const host = await node.kubectl('get', ...service, '--output', 'jsonpath={.spec.clusterIP}')
    const port = await node.pod.forward({ host, port: 8080 })
    const load = startSteadyLoad(`http://127.0.0.1:${port}/api/count`, { perSecond: 30 })
    await node.kubectl('rollout', 'restart', ...both.map((app) => `deployment/${app}`), '--namespace', APP)
    await untilAvailable()
    await Promise.all(both.map((app) => evictOneByOne(node, app)))
    await untilAvailable()
    const outcomes = await load.stop()
    expect(outcomes).toEqual({ '200 connected': expect.any(Number) })
    expect(outcomes['200 connected']).toBeGreaterThan(300)
  })

  it('has kept the page open while its pods were replaced, until Ctrl-C', async () => {
    await pollUntil(() => answersOk(`${pageUrl}/health`), { what: 'the page', deadline: 60_000, interval: 500 })
    const { exitCode, stderr } = (await command?.interrupt()) ?? {}
    expect(exitCode).toBe(0)
    expect(stderr).toContain('A namespace for the application: there already')
    expect(stderr).toMatch(/kubectl port-forward ended .*; starting it again/)
    expect(await answersOk(`${pageUrl}/health`)).toBe(false)
  })

  it('upgrades a release that has the values of former charts', async () => {
    await upgrade('--reset-values', '--values', 'charts/test/upgrade/istio-values.yaml')
    await upgrade('--reuse-values')
    expect(await prove()).toMatch(/^ok .*connected.*\nok .*whole, 6 spans\nok .*is refused/m)
  })

  describe('throughline verify --context, with no right but those that it prints', () => {
    let reader: ClusterNode
    beforeAll(async () => {
      reader = await restrictedTo(node)
    })
    afterAll(() => removeRole(node))

    it('finds nothing in the release as it is', async () => {
      await expectFound(reader, [])
    })

    it.each(situations)('names $title: $finding', async (situation) => {
      await expectSituation(node, reader, situation)
    })

    it.each(['SIGINT', 'SIGKILL'] as const)('ends its port-forwards with %s', async (signal) => {
      expect(await portForwardsAfter(reader, signal)).toEqual([])
    })

    it('says what does not exist, or may not be read', async () => {
      const refused = async (...args: string[]): Promise<string> => {
        return await runInRoot(reader, ...throughlineVerify, ...args).catch((error: Error) => error.message)
      }
      const target = ['deploy/dashboard:/api/count']
      expect(await refused('--context', 'nowhere', ...target)).toContain('nowhere; kubectl config get-contexts')
      const context = ['--context', node.name]
      expect(await refused(...context, '-n', APP, 'deploy/absent:/')).toContain(
        `namespace ${APP} has no deployment/absent`,
      )
      expect(await refused(...context, '-n', 'default', ...target)).toMatch(/forbidden.*--print-rbac/)
      const install = ['cluster', '--context', node.name, '--mesh', 'istio', '--no-images']
      const { exitCode, stderr } = await runScript(install, reader.env)
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/may not list namespaces, .*create namespaces/)])
    })
  })

  it('removes it again and leaves the cluster as it was', async () => {
    const { exitCode, stderr } = await runScript(['cluster', '--context', node.name, '--down'], node.env)
    expect([exitCode, stderr]).toEqual([0, expect.anything()])
    // What Kubernetes itself made for it goes a moment later.
    let after: string[] = []
    const isAsBefore = async (): Promise<boolean> => {
      after = await clusterContents(node)
      return after.join() === before.join()
    }
    await pollUntil(isAsBefore, { what: 'what was there before', deadline: 120_000, interval: 2000 }).catch(() => {})
    expect(after).toEqual(before)
  })
})

describe('the API server', () => {
  it('accepts every object of charts/consul, by definitions that are strict', async () => {
    const definitions = path.join(node.run, 'definitions.json')
    const items = await consulDefinitions()
    await fs.writeFile(definitions, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    await node.kubectl('apply', '--filename', definitions)
    await node.kubectl('wait', '--for=condition=Established', '--filename', definitions, '--timeout=60s')
    await node.kubectl('create', 'namespace', 'consul')
    await runInRoot(node, 'helm', 'dependency', 'update', 'charts/consul')
    const examples = await fs.readdir(path.join(root, 'charts/consul/examples'))
    const releases = [
      ['mesh', 'charts/consul/install/mesh'],
      ...examples.map((example) => [APP, 'charts/consul', '--values', `charts/consul/examples/${example}/values.yaml`]),
    ]
    const dryRun = async (objects: string): Promise<string> => {
      const objectsFile = path.join(node.run, 'rendered.yaml')
      await fs.writeFile(objectsFile, objects)
      const strict = ['--dry-run=server', '--validate=strict']
      return await node.kubectl('apply', '--namespace', 'consul', ...strict, '--filename', objectsFile)
    }
    const rendered = await Promise.all(
      releases.map((release) => runInRoot(node, 'helm', 'template', ...release, '--namespace', 'consul')),
    )
    for (const objects of rendered) {
      expect(await dryRun(objects)).toMatch(
        /^serviceintentions\.consul\.hashicorp\.com\/\S+ created \(server dry run\)$/m,
      )
    }
    const [mesh = ''] = rendered
    const misspelled = dryRun(mesh.replace('  destination:', '  destinations:'))
    await expect(misspelled).rejects.toThrow(/unknown field.*destinations/)
  })

  it('passes the tests that the fake of it passes', async () => {
    await using proxy = await proxyApi(node)
    const env = { ...node.env, KUBE_API_URL: proxy.url }
    const tests = ['run', '--project=unit', 'lab/kube-api/src/contract']
    const printed = await runInRoot({ env }, process.execPath, 'node_modules/vitest/vitest.mjs', ...tests)
    expect(printed).toMatch(/Tests.* passed/)
  })
})
