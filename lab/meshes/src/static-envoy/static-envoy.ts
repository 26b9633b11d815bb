import fs from 'node:fs/promises'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { createSerialQueue, LabError, pidsOf } from '@throughline/lab-programs'
import type { Access, Bypass, Mesh, Tracer } from '../mesh.ts'
import { writeMeshFile } from '../mesh-files.ts'
import { requireTracer } from '../usable-tracers.ts'
import { serviceNames, type SidecarName } from '../service-name.ts'
import type { Sidecar } from '../sidecar/sidecar.ts'
import { createStaticEnvoyConfig, type StaticEnvoySettings } from './static-envoy-config.ts'

export interface StaticEnvoyOptions {
  settings: StaticEnvoySettings
  /** Folder to write a sidecar's files to; the sidecar sees it as `settings.configDir`. */
  folders: Record<SidecarName, string>
  /**
   * Creates the two sidecars, each with its listeners and the versions that it must acknowledge, by discovery
   * service.
   */
  createSidecar: (
    name: SidecarName,
    expected: { listeners: string[]; versions: () => Record<string, string> },
  ) => Sidecar
  bypass: Bypass
  tracer: Tracer
  /** The tracers that can be selected. */
  tracers: readonly Tracer[]
  /** Renews the certificates at this interval; default never. Envoy reads them when it starts, so it is restarted. */
  renewal?: { everyMs: number; renew: () => Promise<void> } | undefined
}

/** Two Envoys configured by files: dashboard's outbound sidecar and counting's inbound one, mutual TLS between them. */
export function createStaticEnvoyMesh(options: StaticEnvoyOptions): Mesh {
  const { settings, folders, tracers, bypass, renewal } = options
  const config = createStaticEnvoyConfig(settings)

  let access: Access = 'allowed'
  let { tracer } = options
  // Sidecars may have outlived an earlier writer, whose versions must differ from ours.
  let lastVersion = Date.now()
  const versions: Record<SidecarName, Record<string, string>> = { counting: {}, dashboard: {} }
  const nextVersion = (): string => String((lastVersion += 1))

  const sidecar = (name: SidecarName): Sidecar =>
    options.createSidecar(name, { listeners: config.listenerNames(name), versions: () => versions[name] })
  const running = { counting: sidecar('counting'), dashboard: sidecar('dashboard') }

  const writeClusters = async (name: SidecarName): Promise<void> => {
    const version = nextVersion()
    await writeMeshFile(path.join(folders[name], 'clusters.json'), await config.clusters(name, version))
    versions[name]['cds'] = version
  }
  const writeListeners = async (name: SidecarName): Promise<void> => {
    const version = nextVersion()
    await writeMeshFile(path.join(folders[name], 'listeners.json'), await config.listeners(name, { tracer, version }))
    versions[name]['lds'] = version
  }
  // A separate folder, because Envoy reads all watched files of a folder again when one changes.
  const routesFile = path.join(folders.counting, 'routes', 'routes.json')
  const writeRoutes = async (): Promise<void> => {
    const version = nextVersion()
    await writeMeshFile(routesFile, await config.routes({ access, version }))
    versions.counting['rds'] = version
  }
  /** The access that an earlier writer left in force: a new one must not open what that one has closed. */
  const readAccess = async (): Promise<Access> => {
    const text = await fs.readFile(routesFile, 'utf8').catch(() => '{}')
    const routes = JSON.parse(text) as { version_info?: string }
    const denial = await config.routes({ access: 'denied', version: routes.version_info ?? '' })
    return isDeepStrictEqual(routes, denial) ? 'denied' : 'allowed'
  }

  const setAccess = async (requested: Access): Promise<void> => {
    const before = access
    access = requested
    await writeRoutes()
    try {
      await running.counting.acknowledged()
    } catch (error) {
      if (error instanceof LabError && error.code === 'TL_MESH_UPDATE_REJECTED') {
        access = before
        await writeRoutes()
      }
      throw error
    }
  }

  const setTracer = async (requested: Tracer): Promise<void> => {
    requireTracer(requested, tracers)
    const before = tracer
    tracer = requested
    await Promise.all(serviceNames.map(writeListeners))
    try {
      await Promise.all(serviceNames.map((name) => running[name].acknowledged()))
    } catch (error) {
      if (error instanceof LabError && error.code === 'TL_MESH_UPDATE_REJECTED') {
        tracer = before
        await Promise.all(serviceNames.map(writeListeners))
      }
      throw error
    }
    // Until then a kept-alive connection still has the old tracer.
    await Promise.all(serviceNames.map((name) => running[name].drained()))
  }

  /** Each change waits until its own version is in force. */
  const enqueue = createSerialQueue()

  /**
   * One sidecar after the other: an authority that stays has signed old and new certificates, so they trust each
   * other.
   */
  const renewCertificates = async (): Promise<void> => {
    await renewal?.renew()
    for (const name of serviceNames) await running[name].restart()
  }
  let renewing: NodeJS.Timeout | undefined

  return {
    name: 'static-envoy',
    bypass,
    async start() {
      access = await readAccess()
      await writeRoutes()
      for (const name of serviceNames) {
        await writeMeshFile(path.join(folders[name], 'bootstrap.json'), await config.bootstrap(name))
        await writeClusters(name)
        await writeListeners(name)
      }
      await Promise.all(serviceNames.map((name) => running[name].start()))
      if (renewal === undefined) return
      // A restart that fails is repeated by the supervision of the sidecar.
      renewing = setInterval(() => void enqueue(renewCertificates).catch(() => {}), renewal.everyMs).unref()
    },
    async stop() {
      clearInterval(renewing)
      await Promise.all(serviceNames.map((name) => running[name].stop()))
    },
    allow: () => enqueue(() => setAccess('allowed')),
    deny: () => enqueue(() => setAccess('denied')),
    tracing: (requested) => enqueue(() => setTracer(requested)),
    set: async ({ name }) => {
      throw new LabError('TL_CONTROL_BAD_REQUEST', `static Envoys have no setting "${name}"`)
    },
    async status() {
      const inPathOrder = [running.dashboard, running.counting]
      return {
        mesh: 'static-envoy',
        tracer,
        tracers,
        access,
        sidecars: await Promise.all(inPathOrder.map(({ status }) => status())),
        settings: [],
        bypass,
        links: [],
      }
    },
    pids: () => pidsOf(Object.values(running)),
  }
}
