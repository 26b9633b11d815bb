import fs from 'node:fs'
import http, { type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { readObjects } from '@throughline/lab-kube-api'
import { checkPath } from 'throughline'
import { describe, expect, it } from 'vitest'
import { CHARTS, requireHelm } from './support/helm.ts'
import { names } from './support/kubernetes-object.ts'

const root = path.dirname(CHARTS)

interface Guide {
  /** Each line of the `sh` blocks of the ten commands, in order. */
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
  const [, ten = ''] = /^## Ten commands\n([^]*?)^## /m.exec(text) ?? []
  return {
    commands: blocks(ten, 'sh').flatMap((block) => block.split('\n')),
    all: blocks(text, 'sh').flatMap((block) => block.split('\n')),
    outputs: blocks(text, 'text'),
  }
}

/** A dashboard, a trace backend and a counting as the test's pod meets them; then what it prints. */
async function printed(hops: string[], denied: boolean): Promise<string> {
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
  const findings = await checkPath({
    dashboardUrl: page.url,
    traceQueryUrl: backend.url,
    bypassUrl: 'http://127.0.0.1:1/',
    readUpstream: () => ({ state: 'unreachable', reason: null }),
    expect: denied ? 'denied' : 'allowed',
    deadlineMs: 2000,
    intervalMs: 1,
  })
  return findings.map(({ found, fix }) => `${fix === undefined ? 'ok   ' : 'WRONG'} ${found}`).join('\n')
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

/** Addresses and system errors differ from place to place. */
function withoutPlaces(output: string): string {
  return output.replaceAll(/http:\/\/[\w.:]+/g, 'URL').replaceAll(/is refused: .*/g, 'is refused: …')
}

describe.each(['consul', 'istio'])('the guide to %s', (mesh) => {
  const { commands, all, outputs } = readGuide(mesh)

  it('needs ten commands from an empty cluster to the deny', () => {
    expect(commands).toHaveLength(10)
    expect(commands.at(-2)).toContain('dashboard.allowed=false')
  })

  it('names charts and values files that exist, and images of the charts’ version', () => {
    const files = all.join('\n').match(/(?<= )charts\/[\w./-]+/g) ?? []
    expect(files.length).toBeGreaterThan(3)
    expect(files.filter((file) => !fs.existsSync(path.join(root, file)))).toEqual([])
    expect(commands[2]).toContain('throughline/counting:0.1.0 throughline/dashboard:0.1.0')
  })

  it('installs what renders: each helm command with a chart of ours', async (context) => {
    const helm = await requireHelm(context)
    const ours = all.filter((command) => /^helm (install|upgrade) \S+ charts\//.test(command))
    expect(ours.length).toBeGreaterThan(2)
    for (const command of ours) {
      const [, , release = '', chart = '', ...rest] = command.split(' ')
      const args = rest.filter((arg) => !['--wait', '--create-namespace'].includes(arg))
      const { stderr, exitCode } = await helm.run('template', release, path.join(root, chart), ...args)
      expect([command, exitCode === 0 ? '' : stderr]).toEqual([command, ''])
    }
  })

  it('tells what helm test prints', async () => {
    const app = ['dashboard', 'dashboard']
    const hops =
      mesh === 'consul'
        ? [...app, 'dashboard sidecar', 'counting sidecar']
        : ['dashboard.throughline sidecar', ...app, 'dashboard.throughline sidecar', 'counting.throughline sidecar']
    const expected = [await printed([...hops, 'counting'], false), await printed(hops, true)]
    expect(outputs.map(withoutPlaces)).toEqual(expected.map(withoutPlaces))
  })
})

it('the guide to consul waits for what the step before installs', async (context) => {
  const helm = await requireHelm(context)
  const wait = readGuide('consul').commands.find((command) => command.startsWith('kubectl')) ?? ''
  const { stdout } = await helm.run('template', 'mesh', path.join(CHARTS, 'consul/install/mesh'))
  const installed = names(readObjects(stdout)).map((name) => name.toLowerCase())
  expect((wait.match(/\b[a-z]+\/[a-z-]+/g) ?? []).toSorted()).toEqual(installed)
})
