import { randomInt } from 'node:crypto'
import path from 'node:path'
import { LabError, messageOf, type Reaper, runTool } from '@throughline/lab-programs'
import { type NamespaceTools, requireNamespaceTools } from './namespace-tools.ts'
import { guardRules, unguardRules } from './packet-filter.ts'
import { createPod, type Pod, removeNamespace } from './pod.ts'
import { isSubnetFree, subnetAddress } from './subnets.ts'

/** A network of pods on this machine: a bridge, this machine's address on it, and any number of pods. */
export interface PodNetwork extends AsyncDisposable {
  /** Address at which every pod reaches this machine. */
  host: string
  /** Adds an address of this machine on the bridge, for one more server on the same port. Its last part is 2 to 9. */
  addHost: (lastPart: number) => Promise<string>
  /**
   * Creates a pod at the next address, from 11 on.
   *
   * @param name lower case letters, digits and hyphens, as in a cluster
   * @throws LabError TL_USAGE for an invalid or repeated name, TL_PROGRAM_FAILED
   */
  addPod: (name: string) => Promise<Pod>
  /** Ends every process in the pods and removes pods and network. Safe to call again. */
  close: () => Promise<void>
}

const SUBNET_COUNT = 254
const FIRST_POD = 11

/**
 * Creates the network. Its names and addresses are unique, so several labs can run side by side; the reaper removes
 * everything when this process is killed.
 *
 * The bridge is in a namespace of its own, connected to this machine by one interface: a firewall of this machine, such as
 * Docker's, does not filter traffic between the pods. A packet filter keeps the network for the pods and this machine: its
 * addresses can't be reached from another machine, a container or a virtual machine that has a route here.
 *
 * @throws LabError TL_USAGE without root, TL_BINARY_MISSING, TL_PROGRAM_FAILED when the kernel refuses
 */
export async function createPodNetwork({ reaper }: { reaper: Reaper }): Promise<PodNetwork> {
  const tools = await requireNamespaceTools()
  const ip = (...args: string[]): Promise<string> => run([tools.ip, ...args])
  const iptables = (args: string[]): Promise<string> => run([tools.iptables, ...args])
  const number = await claimSubnet(tools)
  const link = `tl${number}`
  const node = `${link}-node`
  const guard = `THROUGHLINE-${link}`
  // All of them belong to the owner of this number from here on.
  reaper.add(`netns:${node}`)
  reaper.add(`link:${link}`)
  reaper.add(`filter:${guard}`)
  const pods: Pod[] = []
  /** The index gives a pod its address; several pods may be created at once. */
  const names: string[] = []

  const close = async (): Promise<void> => {
    // This comes first: otherwise the interface disappears some time after the namespace at its other end, and may
    // block the next lab.
    await ip('link', 'delete', link).catch(() => {})
    reaper.drop(`link:${link}`)
    for (let pod = pods.pop(); pod !== undefined; pod = pods.pop()) await pod.remove()
    await removeNamespace(node, tools)
    reaper.drop(`netns:${node}`)
    // Last: until then there is something to guard.
    for (const rule of unguardRules(guard)) await iptables(rule).catch(() => {})
    reaper.drop(`filter:${guard}`)
  }

  try {
    for (const rule of guardRules({ chain: guard, link, subnet: `${subnetAddress(number, 0)}/24` }))
      await iptables(rule)
    await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', node)
    await ip('address', 'add', `${subnetAddress(number, 1)}/24`, 'dev', link)
    await ip('link', 'set', link, 'up')
    await ip('-n', node, 'link', 'add', 'bridge', 'type', 'bridge')
    await ip('-n', node, 'link', 'set', 'uplink', 'master', 'bridge', 'up')
    await ip('-n', node, 'link', 'set', 'bridge', 'up')
  } catch (error) {
    await close()
    throw error
  }

  return {
    host: subnetAddress(number, 1),
    async addHost(lastPart) {
      const address = subnetAddress(number, lastPart)
      await ip('address', 'add', `${address}/24`, 'dev', link)
      return address
    },
    async addPod(name) {
      if (!/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/.test(name) || names.includes(name)) {
        throw new LabError(
          'TL_USAGE',
          `a pod can't be called "${name}": use lower case letters, digits and hyphens, and each name once`,
        )
      }
      const index = names.push(name) - 1
      const namespace = `${link}-${name}`
      const address = subnetAddress(number, FIRST_POD + index)
      reaper.add(`netns:${namespace}`)
      await ip('netns', 'add', namespace)
      const pod = await createPod({ name, namespace, address, tools, reaper })
      pods.push(pod)
      await ip('-n', namespace, 'link', 'set', 'lo', 'up')
      await ip('-n', namespace, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', `pod${index}`, 'netns', node)
      await ip('-n', node, 'link', 'set', `pod${index}`, 'master', 'bridge', 'up')
      await ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0')
      await ip('-n', namespace, 'link', 'set', 'eth0', 'up')
      await ip('-n', namespace, 'route', 'add', 'default', 'via', subnetAddress(number, 1))
      return pod
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/**
 * Finds an unused subnet and claims it by creating its node's namespace: of two labs that try the same number at once,
 * the kernel lets one create the file.
 */
async function claimSubnet(tools: NamespaceTools): Promise<number> {
  const routes = await readRoutes(tools)
  const start = randomInt(SUBNET_COUNT)
  for (let step = 0; step < SUBNET_COUNT; step += 1) {
    const number = ((start + step) % SUBNET_COUNT) + 1
    if (!isSubnetFree(number, routes)) continue
    try {
      await run([tools.ip, 'netns', 'add', `tl${number}-node`])
      return number
    } catch (error) {
      if (!messageOf(error).includes('File exists')) throw error
    }
  }
  throw new LabError('TL_PROGRAM_FAILED', 'all 254 subnets of 10.213.0.0/16 are in use on this machine: see "ip route"')
}

async function readRoutes(tools: NamespaceTools): Promise<string[]> {
  const text = await run([tools.ip, '-json', '-4', 'route', 'show', 'table', 'all'])
  return (JSON.parse(text === '' ? '[]' : text) as { dst?: string }[]).flatMap(({ dst }) => dst ?? [])
}

async function run(command: string[]): Promise<string> {
  try {
    return await runTool(command, { env: process.env, timeoutMs: 10_000 })
  } catch (error) {
    const reason = messageOf(error)
    const advice = /not permitted|denied/i.test(reason)
      ? '. In a container this needs --privileged, or --cap-add with SYS_ADMIN and NET_ADMIN'
      : ''
    const [file = '', ...args] = command
    const what = [path.basename(file), ...args].join(' ')
    throw new LabError('TL_PROGRAM_FAILED', `"${what}" failed: ${reason}${advice}`, { cause: error })
  }
}
