import { createHash } from 'node:crypto'
import path from 'node:path'
import { httpRequest, LabError, poll } from '@throughline/lab-programs'
import {
  type Bootstrap,
  type BootstrapOptions,
  type ConsulSidecar,
  listenersOf,
  makeBootstrap,
  proxyIdOf,
  type ServiceName,
  type ServicePlacement,
  writeMeshFile,
} from '@throughline/lab-meshes'
import { createRemoteSidecar } from './remote-sidecar.ts'

/** Milliseconds for a container to start its Envoy, and for that to get its configuration. */
const START_DEADLINE = 60_000

export interface RemoteConsulSidecarOptions extends Omit<BootstrapOptions, 'adminBind' | 'limitAdmin'> {
  service: ServicePlacement
  /** Folder that it reads its bootstrap from. */
  folder: string
}

/** A sidecar whose container restarts Envoy for each new bootstrap (`compose/sidecar.sh`). */
export function createRemoteConsulSidecar(name: ServiceName, options: RemoteConsulSidecarOptions): ConsulSidecar {
  const { service, folder, ...consul } = options
  const { admin } = service
  let mark: string | undefined
  const sidecar = createRemoteSidecar({
    name: `${name}-sidecar`,
    nodeId: proxyIdOf(name),
    adminUrl: admin.url,
    listeners: listenersOf(service),
  })

  const untilStarted = async (): Promise<void> => {
    const started = await poll(async () => ((await readMark(admin.url)) === mark ? true : undefined), {
      deadlineMs: START_DEADLINE,
      intervalMs: 100,
    })
    if (started === undefined) {
      const reason = `${name}-sidecar did not start with its bootstrap within ${START_DEADLINE / 1000} s: see its container's log`
      throw new LabError('TL_MESH_UPDATE_TIMEOUT', reason)
    }
    await sidecar.acknowledged()
  }

  return {
    ...sidecar,
    async prepare() {
      const content = await makeBootstrap(name, { ...consul, adminBind: admin.bind, limitAdmin: true })
      mark = createHash('sha256').update(JSON.stringify(content)).digest('hex')
      const { node } = content
      const marked = {
        ...content,
        node: { ...node, metadata: { ...node.metadata, bootstrap: mark } },
      } satisfies Bootstrap
      await writeMeshFile(path.join(folder, 'bootstrap.json'), marked)
    },
    start: untilStarted,
    restart: untilStarted,
  }
}

/** The mark of the bootstrap that an Envoy runs with; undefined without an answer. */
async function readMark(adminUrl: string): Promise<string | undefined> {
  try {
    const { body } = await httpRequest(`${adminUrl}/server_info`)
    return (JSON.parse(body) as { node?: { metadata?: { bootstrap?: string } } }).node?.metadata?.bootstrap
  } catch {
    return undefined
  }
}
