import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pollUntil, temporaryFolder } from '@throughline/lab-testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Reaper, startProcessGroup, startReaper } from '@throughline/lab-programs'
import type { Pod } from './pod.ts'
import { createPodNetwork } from './pod-network.ts'
import { requireNamespaces } from './require-namespaces.ts'

const serve = (host: string, port: number): string =>
  `require('node:http').createServer((q, r) => r.end(process.getuid() + ' ' + q.socket.remoteAddress)).listen(${port}, '${host}')`

/** A server in a pod that answers with its user and its caller's address; the reaper ends it. */
async function startServer(pod: Pod, options: { reaper: Reaper; host: string; port: number; uid?: number }) {
  const { reaper, host, port, uid } = options
  const command = pod.place(
    { command: process.execPath, args: ['-e', serve(host, port)] },
    uid === undefined ? {} : { uid },
  )
  const group = await startProcessGroup(command, { logFile: '/dev/null', reaper })
  await pollUntil(async () => ((await pod.ask(`http://${host}:${port}/`)).status === 200 ? true : undefined), {
    what: `the server in pod ${pod.name}`,
  })
  return group
}

const links = (): string => execFileSync('ip', ['-brief', 'link'], { encoding: 'utf8' })
const namespaces = (): string => execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })

describe('a network of pods', () => {
  beforeEach(requireNamespaces)

  it('gives every pod its own loopback, and an address that pods and this machine reach', async () => {
    await using reaper = await startTestReaper()
    await using network = await createPodNetwork({ reaper })
    const one = await network.addPod('one')
    const two = await network.addPod('two')
    await startServer(one, { reaper, host: '0.0.0.0', port: 9001 })
    await startServer(two, { reaper, host: '127.0.0.1', port: 9001 })

    expect(await two.ask(`http://${one.address}:9001/`)).toMatchObject({ status: 200, body: `0 ${two.address}` })
    expect(await (await fetch(`http://${one.address}:9001/`)).text()).toBe(`0 ${network.host}`)
    // Bound to loopback: only from within.
    expect(await two.ask('http://127.0.0.1:9001/')).toMatchObject({ status: 200 })
    expect(await one.ask(`http://${two.address}:9001/`)).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('connects this machine to the bridge, at more than one address', async () => {
    await using reaper = await startTestReaper()
    await using network = await createPodNetwork({ reaper })
    const second = await network.addHost(2)
    const pod = await network.addPod('one')
    for (const host of [network.host, second]) {
      const server = http.createServer((request, response) => response.end(request.socket.remoteAddress))
      server.listen(0, host)
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      expect(await pod.ask(`http://${host}:${port}/`)).toMatchObject({ body: pod.address })
      server.close()
    }
  })

  it('resolves names by hosts, in running programs too, and fails at once for any other', async () => {
    await using reaper = await startTestReaper()
    await using network = await createPodNetwork({ reaper })
    const pod = await network.addPod('counting')
    await startServer(pod, { reaper, host: '0.0.0.0', port: 80 })
    expect(await pod.ask('http://counting/')).toMatchObject({ status: 200 })
    expect(await pod.ask('http://counting.shop.svc.cluster.local/')).toMatchObject({
      code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    })
    await pod.setHosts({ 'counting.shop.svc.cluster.local': pod.address })
    expect(await pod.ask('http://counting.shop.svc.cluster.local/')).toMatchObject({ status: 200 })
    expect(fs.readFileSync('/etc/hosts', 'utf8')).not.toContain('counting.shop')
  })

  it('runs a command as another user, which reads every file and writes only its own', async () => {
    await using reaper = await startTestReaper()
    await using network = await createPodNetwork({ reaper })
    await using folder = await temporaryFolder()
    const pod = await network.addPod('one')
    const closed = path.join(folder.path, 'closed')
    fs.mkdirSync(closed, { mode: 0o700 })
    fs.writeFileSync(path.join(closed, 'bootstrap'), 'read', { mode: 0o600 })
    const as = (script: string): Promise<string> => {
      const { command, args = [] } = pod.place({ command: 'sh', args: ['-c', script] }, { uid: 5995 })
      const inside = args.slice(args.indexOf(pod.namespace) + 1)
      expect(command).toMatch(/\/ip$/)
      return pod.run(inside)
    }
    expect(await as('id -u; id -g; id -G')).toBe('5995\n5995\n5995\n')
    expect(await as(`cat ${closed}/bootstrap`)).toBe('read')
    await expect(as(`echo x > ${closed}/new`)).rejects.toMatchObject({ code: 'TL_PROGRAM_FAILED' })
  })

  it('filters packets for one pod, and removes the filter', async () => {
    await using reaper = await startTestReaper()
    await using network = await createPodNetwork({ reaper })
    const one = await network.addPod('one')
    const two = await network.addPod('two')
    await startServer(one, { reaper, host: '0.0.0.0', port: 9001 })
    await startServer(one, { reaper, host: '0.0.0.0', port: 20_000 })
    const seen = async () => [
      (await two.ask(`http://${one.address}:9001/`)).code ?? 'open',
      (await two.ask(`http://${one.address}:20000/`)).code ?? 'open',
      (await one.ask('http://127.0.0.1:9001/')).code ?? 'open',
    ]
    expect(await seen()).toEqual(['open', 'open', 'open'])
    await one.admit([20_000])
    expect(await seen()).toEqual(['ECONNREFUSED', 'open', 'open'])
    await one.admit([9001])
    expect(await seen()).toEqual(['open', 'ECONNREFUSED', 'open'])
    // As a transparent proxy does; the filter matches the port that the caller used.
    await one.run('iptables -t nat -A PREROUTING -p tcp --dport 9001 -j REDIRECT --to-ports 20000'.split(' '))
    expect(await seen()).toEqual(['open', 'ECONNREFUSED', 'open'])
    await one.admit([20_000])
    expect(await seen()).toEqual(['ECONNREFUSED', 'open', 'open'])
    await one.admit(undefined)
    expect(await seen()).toEqual(['open', 'open', 'open'])
  })

  it("makes a pod's loopback port reachable from this machine only", async () => {
    await using reaper = await startTestReaper()
    await using network = await createPodNetwork({ reaper })
    const one = await network.addPod('one')
    const two = await network.addPod('two')
    await startServer(one, { reaper, host: '127.0.0.1', port: 19_000 })
    const port = await one.forward({ port: 19_000 })
    for (let i = 0; i < 10; i += 1) {
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('0 127.0.0.1')
    }
    expect(await two.ask(`http://${network.host}:${port}/`)).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('runs two labs at once with the same names', async () => {
    await using reaper = await startTestReaper()
    await using first = await createPodNetwork({ reaper })
    await using second = await createPodNetwork({ reaper })
    const pods = await Promise.all([first.addPod('counting'), second.addPod('counting'), first.addPod('other')])
    expect(new Set(pods.map(({ address }) => address)).size).toBe(3)
    for (const pod of pods) await startServer(pod, { reaper, host: '0.0.0.0', port: 9001 })
    await first.close()
    expect(await pods[1].ask('http://counting:9001/')).toMatchObject({ status: 200 })
  })

  it('names the command that failed and its pod', async () => {
    await using reaper = await startTestReaper()
    await using network = await createPodNetwork({ reaper })
    const pod = await network.addPod('one')
    await expect(pod.run(['ls', '/nowhere'])).rejects.toMatchObject({
      code: 'TL_PROGRAM_FAILED',
      message: expect.stringMatching(/"ls \/nowhere" in pod one: .*No such file/),
    })
    for (const name of ['one', 'One', '../x', '']) {
      await expect(network.addPod(name)).rejects.toMatchObject({ code: 'TL_USAGE' })
    }
  })
})

describe('the clean-up of a network of pods', () => {
  beforeEach(requireNamespaces)

  it('removes interfaces, namespaces, files and processes when it is closed', async () => {
    await using reaper = await startTestReaper()
    const network = await createPodNetwork({ reaper })
    const pod = await network.addPod('one')
    const group = await startServer(pod, { reaper, host: '0.0.0.0', port: 9001 })
    const link = pod.namespace.replace('-one', '')
    expect([links(), namespaces(), fs.existsSync(`/etc/netns/${pod.namespace}`)]).toEqual([
      expect.stringContaining(link),
      expect.stringContaining(pod.namespace),
      true,
    ])
    await network.close()
    await network.close()
    expect(await group.ended).toBe('SIGKILL')
    expectNothingOf(link)
  })

  it('removes them when its process is killed, by the reaper’s record', async () => {
    // A separate process holds the reaper's pipe here, so that it can be killed; it relays what it receives.
    const holder = spawn(
      process.execPath,
      [
        '-e',
        `const { spawn } = require('node:child_process')
         const reaper = spawn('sh', [process.argv[1]], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
         process.stdin.on('data', (data) => reaper.stdin.write(data, () => process.stdout.write(data)))`,
        path.join(import.meta.dirname, '../../programs/reaper/reaper.sh'),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    let reaperOutput = ''
    holder.stdout.on('data', (data: Buffer) => (reaperOutput += data.toString()))
    const reaper: Reaper = {
      pid: 0,
      add: (thing) => holder.stdin.write(`add ${thing}\n`),
      drop: (thing) => holder.stdin.write(`drop ${thing}\n`),
      close: async () => {},
    }
    const network = await createPodNetwork({ reaper })
    const { namespace, place, ask } = await network.addPod('one')
    // Another user's program that ignores TERM and is not on record.
    const { command, args } = place({ command: 'sh', args: ['-c', "trap '' TERM; sleep 600"] }, { uid: 5995 })
    const stray = spawn(command, args ?? [], { detached: true, stdio: 'ignore' })
    await ask('http://127.0.0.1:1/')
    const pids = execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' }).trim().split('\n').map(Number)
    expect(pids).toContain(stray.pid)
    await pollUntil(() => (reaperOutput.includes(namespace) ? true : undefined), { what: 'the reaper to know' })
    holder.kill('SIGKILL')
    await pollUntil(() => (pids.some(runs) ? undefined : true), {
      deadline: 10_000,
      what: `processes ${pids.join(', ')} to be gone`,
    })
    const link = namespace.replace('-one', '')
    await pollUntil(() => (namespaces().includes(`${link}-node`) ? undefined : true), {
      what: `${link}-node to be gone`,
    })
    await pollUntil(() => expectNothingOf(link) ?? true, { what: 'the rest to be gone' })
  })
})

/** Whether a process runs; a zombie does not. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

function expectNothingOf(link: string): void {
  expect(links()).not.toMatch(new RegExp(`^${link}@`, 'm'))
  expect(namespaces()).not.toMatch(new RegExp(`^${link}-`, 'm'))
  expect(execFileSync('iptables-save', ['-t', 'raw'], { encoding: 'utf8' })).not.toMatch(new RegExp(`${link}\\b`))
  const files = fs.existsSync('/etc/netns') ? fs.readdirSync('/etc/netns') : []
  expect(files.filter((file) => file.startsWith(`${link}-`))).toEqual([])
}

async function startTestReaper(): Promise<Reaper & AsyncDisposable> {
  const reaper = await startReaper()
  return { ...reaper, [Symbol.asyncDispose]: reaper.close }
}
