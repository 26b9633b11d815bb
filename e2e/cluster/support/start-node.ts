import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createPodNetwork, type Pod } from '@throughline/lab-pods'
import {
  createCleanUp,
  type FoundKubernetes,
  messageOf,
  pollUntil,
  runTool,
  startProcessGroup,
  startReaper,
} from '@throughline/lab-programs'
import { createControlGroup } from './control-group.ts'
import { pauseImage } from './images.ts'
import { writeNodeFiles } from './node-files.ts'

export interface ClusterNode extends AsyncDisposable {
  /** Name of the node and of its context in the kubeconfig. */
  name: string
  /** With the user's own PATH behind our helm and kubectl, and the cluster's kubeconfig. */
  env: NodeJS.ProcessEnv
  /** Folder of its state: configuration, logs. */
  run: string
  /** The network namespace of the node, from which Services can be called. */
  pod: Pod
  kubectl: (...args: string[]) => Promise<string>
}

/**
 * Starts a Kubernetes cluster of one node on this machine, in network, mount and process namespaces of its own, and waits
 * until the node is ready. Everything ends with it, and with this process, however that ends.
 */
export async function startNode(found: FoundKubernetes, images: readonly string[]): Promise<ClusterNode> {
  const run = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-node-'))
  const cleanUp = createCleanUp()
  const reaper = await startReaper({ folder: run })
  cleanUp.add(() => reaper.close())
  try {
    const network = await createPodNetwork({ reaper })
    cleanUp.add(() => network.close())
    const pod = await network.addPod('cluster')
    const name = pod.namespace
    await createControlGroup(name, reaper)
    await writeNodeFiles({ run, address: pod.address, node: name, packages: found.packages, pauseImage })
    const servers = await linkPrograms(path.join(run, 'servers'), {
      ...Object.fromEntries(serverNames.map((server) => [server, found.kubernetes])),
      coredns: found.coredns,
      kubectl: found.kubectl,
    })
    const user = await linkPrograms(path.join(run, 'user'), { helm: found.helm, kubectl: found.kubectl })
    const log = path.join(run, 'node.log')
    const namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
    const node = await startProcessGroup(
      {
        command: '/usr/bin/nsenter',
        args: [`--net=${pod.file}`, ...namespaces, 'bash', path.join(import.meta.dirname, '../node/node.sh')],
        env: {
          PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
          RUN: run,
          ADDRESS: pod.address,
          NODE: name,
          PACKAGES: found.packages,
          SERVERS: servers,
          IMAGES: images.join(' '),
        },
      },
      { logFile: log, reaper },
    )
    cleanUp.add(() => node.end(10_000))
    let ended: string | undefined
    void node.ended.then((how) => (ended = how))
    const env = {
      ...process.env,
      PATH: `${user}:${process.env['PATH']}`,
      KUBECONFIG: path.join(run, 'admin.kubeconfig'),
    }
    const kubectl = (...args: string[]): Promise<string> =>
      runTool([found.kubectl, ...args], { env, timeoutMs: 300_000 })
    try {
      await pollUntil(
        async () => {
          if (ended !== undefined) return { ended }
          await kubectl('wait', 'node', '--all', '--for=condition=Ready', '--timeout=1s')
          await kubectl('get', 'serviceaccount', 'default')
          return { ready: true }
        },
        { what: 'a node that is ready', deadline: 240_000, interval: 500 },
      )
      if (ended !== undefined) throw new Error(`the node ended: ${ended}`)
    } catch (error) {
      throw new Error(`${messageOf(error)}\n${await fs.readFile(log, 'utf8')}`, { cause: error })
    }
    return { name, env, run, pod, kubectl, [Symbol.asyncDispose]: () => cleanUp.run() }
  } catch (error) {
    await cleanUp.run()
    throw error
  }
}

const serverNames = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy']

/** A folder for PATH: links by name. */
async function linkPrograms(folder: string, programs: Record<string, string>): Promise<string> {
  await fs.mkdir(folder, { recursive: true })
  for (const [name, file] of Object.entries(programs)) await fs.symlink(file, path.join(folder, name))
  return folder
}
