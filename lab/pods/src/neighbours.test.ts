import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { pollUntil } from '@throughline/lab-testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Command, startProcessGroup, startReaper } from '@throughline/lab-programs'
import { startPodHelper } from './pod-helper.ts'
import { createPodNetwork } from './pod-network.ts'
import { requireNamespaces } from './require-namespaces.ts'

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' })
const subnetOf = (host: string): string => host.replace(/\d+$/, '0/24')

/** Forwards packets between two interfaces of this machine alone. */
function forwardBetween(...links: string[]): void {
  for (const link of links) fs.writeFileSync(`/proc/sys/net/ipv4/conf/${link}/forwarding`, '1')
}

/** A namespace beside a lab's, as a container or another machine is, with a route through this machine. */
async function startNeighbour({ link, address, route }: { link: string; address: string; route: string }) {
  const namespace = `${link}-test`
  const gateway = address.replace(/\d+$/, '1')
  ip('netns', 'add', namespace)
  const remove = async (): Promise<void> => void ip('netns', 'delete', namespace)
  try {
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
    ip('address', 'add', `${gateway}/24`, 'dev', link)
    ip('link', 'set', link, 'up')
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0')
    ip('-n', namespace, 'link', 'set', 'eth0', 'up')
    ip('-n', namespace, 'route', 'add', route, 'via', gateway)
  } catch (error) {
    await remove()
    throw error
  }
  const reaper = await startReaper()
  const place = ({ command, args = [] }: Command): Command => ({
    command: 'ip',
    args: ['netns', 'exec', namespace, command, ...args],
  })
  const { ask, close } = await startPodHelper(place, reaper)
  return {
    gateway,
    /** `open`, or the code of the failure. */
    ask: async (url: string): Promise<string> => (await ask(url, { timeoutMs: 400 })).code ?? 'open',
    async [Symbol.asyncDispose]() {
      await close()
      await reaper.close()
      await remove()
    },
  }
}

/** A server on this machine that any caller may use. */
async function serve(host: string) {
  const server = http.createServer((_request, response) => response.end('open'))
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://${host}:${port}/`, [Symbol.asyncDispose]: async () => void server.close() }
}

const EVERYWHERE = `require('node:http').createServer((q, r) => r.end('open')).listen(9001, '0.0.0.0')`

describe('a neighbour with a route to a network of pods', () => {
  beforeEach(requireNamespaces)

  it('reaches no pod and no address of this machine in it; pods and this machine do', async () => {
    const reaper = await startReaper()
    await using _reaper = { [Symbol.asyncDispose]: reaper.close }
    await using network = await createPodNetwork({ reaper })
    const second = await network.addHost(2)
    const [one, two] = [await network.addPod('one'), await network.addPod('two')]
    await using neighbour = await startNeighbour({
      link: 'tlneighbour',
      address: '198.51.100.77',
      route: subnetOf(network.host),
    })
    forwardBetween('tlneighbour', one.namespace.replace('-one', ''))
    await using api = await serve(network.host)
    await using store = await serve(second)
    await using other = await serve(neighbour.gateway)
    const command = one.place({ command: process.execPath, args: ['-e', EVERYWHERE] })
    await startProcessGroup(command, { logFile: '/dev/null', reaper })
    const app = `http://${one.address}:9001/`
    await pollUntil(async () => (await two.ask(app)).status === 200, { what: 'the app in the pod' })

    for (const url of [api.url, store.url, app]) {
      expect.soft(await neighbour.ask(url), url).toBe('ETIMEDOUT')
      expect.soft((await two.ask(url)).status, url).toBe(200)
      expect.soft((await fetch(url)).status, url).toBe(200)
    }
    // It could reach them: the route is there, and what is not of the lab still answers.
    expect(await neighbour.ask(other.url)).toBe('open')
  })
})
