import fs from 'node:fs/promises'
import path from 'node:path'
import { type Command, LabError, messageOf, type Reaper, runTool } from '@throughline/lab-programs'
import type { NamespaceTools } from './namespace-tools.ts'
import { admitAllRules, admitRules } from './packet-filter.ts'
import { podCommand } from './pod-command.ts'
import { type PodHelper, startPodHelper } from './pod-helper.ts'

/** A network namespace with an address of its own, as a pod of a cluster has. */
export interface Pod extends Omit<PodHelper, 'close'> {
  name: string
  /** Name of its network namespace, as `ip netns` knows it. */
  namespace: string
  /** File of its network namespace, for programs that enter it by themselves. */
  file: string
  /** Its IPv4 address, on `eth0`. */
  address: string
  /** The same command inside the pod, as another user if one is given; see `podCommand`. */
  place: (command: Command, options?: { uid?: number | undefined }) => Command
  /**
   * Runs a program in it as root until it ends, and returns its output.
   *
   * @throws LabError TL_PROGRAM_FAILED
   */
  run: (command: string[], options?: { timeoutMs?: number }) => Promise<string>
  /**
   * Replaces the hosts that its programs can resolve, besides `localhost` and the pod's name: addresses by name.
   */
  setHosts: (hosts: Record<string, string>) => Promise<void>
  /** Admits new TCP connections from outside to these ports only; to all ports, the default, with `undefined`. */
  admit: (ports: readonly number[] | undefined) => Promise<void>
  /** Ends every process in it and removes it. */
  remove: () => Promise<void>
}

export interface PodOptions {
  name: string
  namespace: string
  address: string
  tools: NamespaceTools
  reaper: Reaper
}

/** Files that `ip netns exec` mounts over /etc/hosts and /etc/resolv.conf. */
const filesOf = (namespace: string): string => path.join('/etc/netns', namespace)

/** The pod of an existing namespace. */
export async function createPod(options: PodOptions): Promise<Pod> {
  const { name, namespace, address, tools, reaper } = options
  const folder = filesOf(namespace)
  const place: Pod['place'] = (command, { uid } = {}) => podCommand(command, { namespace, uid }, tools)

  const run: Pod['run'] = async ([command = '', ...args], { timeoutMs = 30_000 } = {}) => {
    const placed = place({ command, args })
    try {
      return await runTool([placed.command, ...(placed.args ?? [])], { env: process.env, timeoutMs })
    } catch (error) {
      const what = [command, ...args].join(' ')
      throw new LabError('TL_PROGRAM_FAILED', `"${what}" in pod ${name}: ${messageOf(error)}`, { cause: error })
    }
  }

  const setHosts: Pod['setHosts'] = async (hosts) => {
    const lines = Object.entries({ localhost: '127.0.0.1', [name]: address, ...hosts })
    // Written in place: running programs have this very file mounted over /etc/hosts.
    await fs.writeFile(path.join(folder, 'hosts'), lines.map(([host, ip]) => `${ip} ${host}\n`).join(''))
  }

  await fs.mkdir(folder, { recursive: true })
  await setHosts({})
  // No name server: an unknown name fails at once instead of waiting for a server that can't be reached.
  await fs.writeFile(path.join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')

  let helper: Promise<PodHelper> | undefined
  const withHelper = (): Promise<PodHelper> => (helper ??= startPodHelper(place, reaper))
  let filtered = false

  return {
    name,
    namespace,
    file: `/var/run/netns/${namespace}`,
    address,
    place,
    run,
    setHosts,
    async ask(url, request) {
      return (await withHelper()).ask(url, request)
    },
    async forward(target, listen) {
      return (await withHelper()).forward(target, listen)
    },
    async admit(ports) {
      const rules = [...(filtered ? admitAllRules : []), ...(ports === undefined ? [] : admitRules(ports))]
      filtered = ports !== undefined
      for (const rule of rules) await run([tools.iptables, ...rule])
    },
    async remove() {
      await (await helper?.catch(() => undefined))?.close()
      await removeNamespace(namespace, tools)
      reaper.drop(`netns:${namespace}`)
    },
  }
}

/** Ends every process in a namespace and removes it with its files. Does nothing when it doesn't exist. */
export async function removeNamespace(namespace: string, { ip }: NamespaceTools): Promise<void> {
  const pids = await runTool([ip, 'netns', 'pids', namespace], { env: process.env }).catch(() => '')
  for (const pid of pids.split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has just ended.
    }
  }
  await runTool([ip, 'netns', 'delete', namespace], { env: process.env }).catch(() => {})
  await fs.rm(filesOf(namespace), { recursive: true, force: true })
  // Must fail while another program has files in it.
  await fs.rmdir(path.dirname(filesOf(namespace))).catch(() => {})
}
