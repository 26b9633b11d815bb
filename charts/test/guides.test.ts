import { execFile } from 'node:child_process'
import fs from 'node:fs'
import http, { type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { type ClusterMesh, clusterSteps, formatCommand, OWN_CLUSTER } from '@throughline/lab-cluster'
import { readObjects } from '@throughline/lab-kube-api'
import { projectVersion, temporaryFolder } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { checkOut } from './support/check-out.ts'
import { consulChartKeys } from './support/consul-chart-keys.ts'
import { CHARTS, requireHelm } from './support/helm.ts'
import { names } from './support/kubernetes-object.ts'

const root = path.dirname(CHARTS)

interface Guide {
  /** Each line of the `sh` blocks of "Step by step", in order. */
  commands: string[]
  /** Each line of every `sh` block. */
  all: string[]
  /** The `text` blocks: what a command prints. */
  outputs: string[]
}

function readGuide(mesh: string): Guide {
  const text = fs.readFileSync(path.join(root, `docs/guides/${mesh}-on-kubernetes.md`), 'utf8')
  const blocks = (part: string, language: string) =>
    [...part.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block.trim())
  const [, steps = ''] = /^## Step by step\n([^]*?)^## /m.exec(text) ?? []
  return {
    commands: blocks(steps, 'sh').flatMap((block) => block.split('\n')),
    all: blocks(text, 'sh').flatMap((block) => block.split('\n')),
    outputs: blocks(text, 'text'),
  }
}

const run = promisify(execFile)

/** How counting refuses a caller outside the mesh: Consul's app listens on loopback alone, Istio's sidecar wants mutual TLS. */
const refusals = {
  async consul() {
    const closed = await serve(() => {})
    await closed[Symbol.asyncDispose]()
    return closed
  },
  istio: () => serve((request) => void request.socket.resetAndDestroy()),
}

/** A dashboard, a trace backend and a counting as the test's pod meets them; then what its program prints. */
async function printed(mesh: keyof typeof refusals, hops: string[], denied: boolean): Promise<string> {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const reason = "a sidecar's access rule refused the call: RBAC: access denied"
  const call = denied ? { state: 'denied', count: null, reason } : { state: 'connected', count: 3, reason: null }
  const trace = {
    traceID: traceId,
    processes: Object.fromEntries(hops.map((hop, i) => [`p${i}`, { serviceName: hop.replace(' sidecar', '') }])),
    spans: hops.map((hop, i) => ({
      spanID: `${i + 1}`,
      operationName: hop,
      references: i === 0 ? [] : [{ refType: 'CHILD_OF', spanID: `${i}` }],
      startTime: 1000 + i,
      duration: 100 - i,
      processID: `p${i}`,
      tags: [
        { key: 'span.kind', value: i === hops.length - 1 ? 'server' : 'client' },
        ...(hop.endsWith(' sidecar') ? [{ key: 'component', value: 'proxy' }] : []),
      ],
    })),
  }
  await using page = await serve((_request, response) => void response.end(JSON.stringify({ ...call, traceId })))
  await using backend = await serve((_request, response) => void response.end(JSON.stringify({ data: [trace] })))
  await using counting = await refusals[mesh]()
  const env = {
    DASHBOARD_URL: page.url,
    TRACE_QUERY_URL: backend.url,
    BYPASS_URL: `${counting.url}/`,
    EXPECT: denied ? 'denied' : 'allowed',
    DEADLINE_MS: '5000',
  }
  const { stdout } = await run(process.execPath, [path.join(root, 'services/dashboard/dist/check-mesh.js')], { env })
  return stdout.trim()
}

async function serve(handler: RequestListener) {
  const server = http.createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Addresses differ from place to place. */
function withoutPlaces(output: string): string {
  return output.replaceAll(/http:\/\/[\w.:]+/g, 'URL')
}

/** Flags of installing that rendering does not have. */
const onlyInCluster = ['--wait', '--create-namespace', '--reset-then-reuse-values', '--install']

describe.each(['consul', 'istio'] satisfies ClusterMesh[])('the guide to %s', (mesh) => {
  const { commands, all, outputs } = readGuide(mesh)

  it('has the steps of npm run cluster, and then the deny and the way back', () => {
    const steps = clusterSteps({ mesh, cluster: { kind: 'kind', name: OWN_CLUSTER }, createCluster: true })
    expect(commands.slice(0, -3)).toEqual(steps.map((step) => formatCommand(step)))
    expect(all).toContain(`npm run cluster -- --mesh ${mesh}`)
    expect(commands.at(-3)).toContain('--set dashboard.allowed=false')
    // An upgrade without it would keep the deny.
    expect(commands.at(-1)).toContain('--set dashboard.allowed=true')
  })

  it('names charts and values files that exist, and images of the charts’ version', () => {
    const files = all.join('\n').match(/(?<= )charts\/[\w./-]+/g) ?? []
    expect(files.length).toBeGreaterThan(3)
    expect(files.filter((file) => !fs.existsSync(path.join(root, file)))).toEqual([])
    expect(commands[4]).toContain(`throughline/counting:${projectVersion} throughline/dashboard:${projectVersion}`)
  })

  it.for([4, 3] as const)('works in a fresh clone, in order, as far as it renders: Helm %i', async (major, context) => {
    const helm = await requireHelm(context, major)
    await using clone = await temporaryFolder()
    await checkOut(path.join(clone.path, 'charts'))
    const ours = all.filter((command) => /^helm (install|upgrade|dependency) \S+ charts\//.test(command))
    expect(ours.length).toBeGreaterThan(7)
    for (const command of ours) {
      const [, verb = '', ...words] = command
        .replaceAll("'", '')
        .replaceAll('charts/', `${clone.path}/charts/`)
        .split(' ')
      const args = words.filter((word) => !onlyInCluster.includes(word))
      const { stderr, exitCode } = await helm.run(verb === 'dependency' ? verb : 'template', ...args)
      expect([command, exitCode === 0 ? '' : stderr]).toEqual([command, ''])
    }
  })

  it('shows the output of helm test', async () => {
    const app = ['dashboard', 'dashboard']
    const hops =
      mesh === 'consul'
        ? [...app, 'dashboard sidecar', 'counting sidecar']
        : ['dashboard.throughline sidecar', ...app, 'dashboard.throughline sidecar', 'counting.throughline sidecar']
    const expected = [await printed(mesh, [...hops, 'counting'], false), await printed(mesh, hops, true)]
    expect(outputs.map(withoutPlaces)).toEqual(expected.map(withoutPlaces))
  })
})

it('the guide to consul names keys of the official chart', () => {
  const text = fs.readFileSync(path.join(root, 'docs/guides/consul-on-kubernetes.md'), 'utf8')
  const keys = text.match(/\bconnectInject(\.\w+)+/g) ?? []
  expect(keys).toContain('connectInject.apiGateway.manageExternalCRDs')
  expect(keys.filter((key) => !consulChartKeys.includes(key))).toEqual([])
})

it('the guide to consul waits for what the previous step installs', async (context) => {
  const helm = await requireHelm(context)
  const wait = readGuide('consul').commands.find((command) => command.startsWith('kubectl wait')) ?? ''
  const { stdout } = await helm.run('template', 'mesh', path.join(CHARTS, 'consul/install/mesh'))
  const installed = names(readObjects(stdout)).map((name) => name.toLowerCase())
  expect((wait.match(/\b[a-z]+\/[a-z-]+/g) ?? []).toSorted()).toEqual(installed)
})
