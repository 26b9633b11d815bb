import path from 'node:path'
import { LabError } from '../../errors.ts'
import type { Guardian } from '../../guardian.ts'
import type { Access, Bypass, Mesh, Tracer } from '../../mesh.ts'
import { writeMeshFile } from '../../mesh-files.ts'
import type { Ports } from '../../ports.ts'
import { createEnvoySidecar, type EnvoySidecar } from '../envoy-sidecar.ts'
import { createStaticEnvoyConfig, type Sidecar, sidecars } from './static-envoy-config.ts'

export interface StaticEnvoyOptions {
  /** The Envoy to run. */
  binary: string
  runDir: string
  certsDir: string
  guardian: Guardian
  ports: Pick<Ports, 'inbound' | 'outbound' | 'countingAdmin' | 'dashboardAdmin'>
  /** Where counting's app listens: `host:port` or `unix:/path`. */
  countingApp: string
  otlpUrl: string
  zipkinUrl: string
  datadogUrl?: string
  tracer: Tracer
  /** Whether the Envoy can limit its admin interface to reading. */
  limitAdmin: boolean
  /** What the tracer can be changed to. */
  tracers: readonly Tracer[]
  /** Percentage of undecided requests that the sidecars trace, default 100. */
  sampling?: number
  log?: (line: string) => void
}

/** Two Envoys configured by files: dashboard's outbound sidecar and counting's inbound one, mutual TLS between them. */
export function createStaticEnvoyMesh(options: StaticEnvoyOptions): Mesh {
  const { runDir, ports, countingApp, tracers } = options
  const folder = (sidecar: Sidecar): string => path.join(runDir, `${sidecar}-sidecar`)
  const admin: Record<Sidecar, string> = {
    counting: `127.0.0.1:${ports.countingAdmin}`,
    dashboard: `127.0.0.1:${ports.dashboardAdmin}`,
  }
  const config = createStaticEnvoyConfig({
    configDir: { counting: folder('counting'), dashboard: folder('dashboard') },
    certsDir: options.certsDir,
    admin,
    limitAdmin: options.limitAdmin,
    countingApp,
    countingInbound: `127.0.0.1:${ports.inbound}`,
    dashboardOutbound: `127.0.0.1:${ports.outbound}`,
    otlpUrl: options.otlpUrl,
    zipkinUrl: options.zipkinUrl,
    ...(options.datadogUrl !== undefined && { datadogUrl: options.datadogUrl }),
    ...(options.sampling !== undefined && { sampling: options.sampling }),
  })

  let access: Access = 'allowed'
  let { tracer } = options
  let lastVersion = 0
  const versions: Record<Sidecar, Record<string, string>> = { counting: {}, dashboard: {} }
  const nextVersion = (): string => String((lastVersion += 1))

  const sidecar = (name: Sidecar, listener: string): EnvoySidecar =>
    createEnvoySidecar({
      name: `${name}-sidecar`,
      binary: options.binary,
      adminUrl: `http://${admin[name]}`,
      bootstrap: path.join(folder(name), 'bootstrap.json'),
      listeners: [listener],
      versions: () => versions[name],
      runDir,
      guardian: options.guardian,
      ...(options.log && { log: options.log }),
    })
  const running = { counting: sidecar('counting', 'inbound'), dashboard: sidecar('dashboard', 'outbound-counting') }

  const writeClusters = async (name: Sidecar): Promise<void> => {
    const version = nextVersion()
    await writeMeshFile(path.join(folder(name), 'clusters.json'), await config.clusters(name, version))
    versions[name]['cds'] = version
  }
  const writeListeners = async (name: Sidecar): Promise<void> => {
    const version = nextVersion()
    await writeMeshFile(path.join(folder(name), 'listeners.json'), await config.listeners(name, { tracer, version }))
    versions[name]['lds'] = version
  }
  const writeRoutes = async (): Promise<void> => {
    const version = nextVersion()
    // A folder of its own: Envoy reads every watched file of a folder again when one changes.
    await writeMeshFile(
      path.join(folder('counting'), 'routes', 'routes.json'),
      await config.routes({ access, version }),
    )
    versions.counting['rds'] = version
  }

  const setAccess = async (wanted: Access): Promise<void> => {
    const before = access
    access = wanted
    await writeRoutes()
    try {
      await running.counting.taken()
    } catch (error) {
      if (error instanceof LabError && error.code === 'TL_MESH_UPDATE_REJECTED') {
        access = before
        await writeRoutes()
      }
      throw error
    }
  }

  const setTracer = async (wanted: Tracer): Promise<void> => {
    if (!tracers.includes(wanted)) {
      throw new LabError('TL_BAD_REQUEST', `these sidecars can't trace with ${wanted}, only ${tracers.join(', ')}`)
    }
    const before = tracer
    tracer = wanted
    await Promise.all(sidecars.map(writeListeners))
    try {
      await Promise.all(sidecars.map((name) => running[name].taken()))
    } catch (error) {
      if (error instanceof LabError && error.code === 'TL_MESH_UPDATE_REJECTED') {
        tracer = before
        await Promise.all(sidecars.map(writeListeners))
      }
      throw error
    }
    // Until then a kept-alive connection still has the old tracer.
    await Promise.all(sidecars.map((name) => running[name].drained()))
  }

  let queue: Promise<void> = Promise.resolve()
  /** Changes happen one after another: each waits until its own version is in force. */
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    const mine = queue.then(change)
    queue = mine.catch(() => {})
    return mine
  }

  const bypass: Bypass = countingApp.startsWith('unix:')
    ? {
        address: countingApp,
        closed: true,
        reason: 'Counting listens on a unix socket that only its own user can open.',
      }
    : {
        address: `http://${countingApp}`,
        closed: false,
        reason: 'Counting listens on a loopback port: whoever is on this machine reaches it without its sidecar.',
      }

  return {
    name: 'static-envoy',
    bypass,
    async start() {
      await writeRoutes()
      for (const name of sidecars) {
        await writeMeshFile(path.join(folder(name), 'bootstrap.json'), await config.bootstrap(name))
        await writeClusters(name)
        await writeListeners(name)
      }
      await Promise.all(sidecars.map((name) => running[name].start()))
    },
    async stop() {
      await Promise.all(sidecars.map((name) => running[name].stop()))
    },
    allow: () => inTurn(() => setAccess('allowed')),
    deny: () => inTurn(() => setAccess('denied')),
    tracing: (wanted) => inTurn(() => setTracer(wanted)),
    set: async ({ name }) => {
      throw new LabError('TL_BAD_REQUEST', `static Envoys have no setting "${name}"`)
    },
    async status() {
      const order = [running.dashboard, running.counting]
      return {
        mesh: 'static-envoy',
        tracer,
        tracers,
        access,
        sidecars: await Promise.all(order.map((one) => one.status())),
        settings: [],
        bypass,
        links: [],
      }
    },
    pids: () =>
      Object.fromEntries(
        Object.values(running).flatMap((one) => {
          const pid = one.pid()
          return pid === undefined ? [] : [[one.name, pid]]
        }),
      ),
  }
}
