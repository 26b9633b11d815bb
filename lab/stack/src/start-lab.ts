import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {
  choosePorts,
  createCleanUp,
  LabError,
  pidsOf,
  type Ports,
  type Program,
  requireFreePorts,
  startReaper,
} from '@throughline/lab-programs'
import {
  createControlApi,
  type Lab,
  type LabOptions,
  meshModules,
  openTraceBackend,
  placeWithoutMesh,
  type PreparedMesh,
  type ServiceName,
} from '@throughline/lab-meshes'
import { createService } from './service.ts'
import { serviceEnvironment } from './service-environment.ts'

/** One attempt at what `createLab` promises. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const cleanUp = createCleanUp()
  const { signal } = options
  const runDir = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-'))
  const stop = async (): Promise<void> => {
    try {
      await cleanUp.run()
    } finally {
      await fs.rm(runDir, { recursive: true, force: true })
    }
  }
  // A start that is given up ends at its next step; what it waits for is stopped here. Its folder goes when it has ended:
  // until then it may write there, keys too.
  const giveUp = (): void => void cleanUp.run().catch(() => {})
  signal?.addEventListener('abort', giveUp)
  try {
    const lab = await startParts(options, { runDir, onCleanUp: cleanUp.add })
    signal?.throwIfAborted()
    return { ...lab, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop().catch(() => {})
    throw error
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}

type Parts = Omit<Lab, 'stop' | typeof Symbol.asyncDispose>

async function startParts(
  options: LabOptions,
  { runDir, onCleanUp }: { runDir: string; onCleanUp: (undo: () => Promise<void>) => void },
): Promise<Parts> {
  const { log, signal, controlToken } = options
  const ports = await choosePorts(options.ports ?? 'free')
  const reaper = await startReaper({ folder: runDir })
  onCleanUp(reaper.close)

  const meshName = options.mesh ?? 'static-envoy'
  const prepared =
    meshName === 'none' ? undefined : await meshModules[meshName].prepare({ options, ports, runDir, reaper })
  if (prepared) onCleanUp(prepared.close)
  const tracer = options.tracer ?? (options.fromChart ? 'zipkin' : 'opentelemetry')
  if (prepared && !prepared.tracers.includes(tracer)) {
    const usable = prepared.tracers.join(', ')
    throw new LabError('TL_USAGE', `the sidecars can't trace with ${tracer} here, only with ${usable}`)
  }
  const placement = prepared?.placement ?? placeWithoutMesh(ports, options.countingApp)
  if ((options.ports ?? 'free') !== 'free') await requireFreePorts(portsInUse({ ports, options, prepared }))

  const traceBackend = await openTraceBackend(options.traceBackend, {
    ...ports,
    ...placement.backendPorts,
    host: placement.host,
  })
  onCleanUp(traceBackend.close)
  const { otlpUrl, zipkinUrl, queryUrl, uiUrl, traceStore } = traceBackend

  const mesh = prepared?.create(traceBackend, tracer)
  const control =
    mesh &&
    (await createControlApi({
      mesh,
      host: placement.host,
      port: ports.control,
      ...(controlToken !== undefined && { token: controlToken }),
    }))
  if (control) onCleanUp(control.close)

  const { upstreamUrl, bypassUrl, countingInbound } = placement
  const env = serviceEnvironment({
    upstreamUrl,
    otlpUrl,
    zipkinUrl,
    queryUrl,
    ...(uiUrl !== undefined && { uiUrl }),
    ...(countingInbound !== undefined && { peerInbound: countingInbound }),
    ...(mesh && bypassUrl !== undefined && { bypassUrl }),
    ...(control && { control }),
  })
  const service = (name: ServiceName): Program | undefined =>
    options.services === 'expected'
      ? undefined
      : createService({
          name,
          address: placement[name],
          env: { ...(placement.env ? { ...labOnlyEnv(env), ...placement.env[name] } : env), ...options[`${name}Env`] },
          runDir,
          reaper,
          ...(log && { log }),
          ...(placement.place && { place: placement.place }),
          ...(placement.isReady && { isReady: placement.isReady }),
        })
  const counting = options.countingApp === undefined ? service('counting') : undefined
  const dashboard = service('dashboard')

  for (const part of [counting, mesh, dashboard]) {
    signal?.throwIfAborted()
    if (!part) continue
    onCleanUp(part.stop)
    await part.start()
  }

  const socket = placement.counting.startsWith('unix:') ? placement.counting.slice('unix:'.length) : undefined
  return {
    dashboardUrl: placement.dashboardUrl,
    dashboardAppUrl: `http://${placement.dashboard}`,
    ...(socket === undefined
      ? { countingUrl: bypassUrl ?? `http://${placement.counting}` }
      : { countingSocket: socket }),
    upstreamUrl: placement.upstreamUrlFromHere ?? upstreamUrl,
    ...(countingInbound !== undefined && { countingInbound }),
    ...(prepared?.identities && { identities: prepared.identities }),
    ...(traceStore && { traceStore }),
    queryUrl,
    ...(control && { controlUrl: control.url, controlToken: control.token }),
    ...(mesh && { mesh }),
    pids: () => ({ ...pidsOf([counting, dashboard]), ...mesh?.pids(), reaper: reaper.pid }),
    runDir,
  }
}

/** What the lab tells a service that has its environment from elsewhere: what only the lab knows, and no wait. */
function labOnlyEnv(env: Record<string, string>): Record<string, string> {
  const names = ['MESH_CONTROL_URL', 'MESH_CONTROL_TOKEN', 'PEER_INBOUND', 'OTEL_BSP_SCHEDULE_DELAY', 'DRAIN_DELAY_MS']
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.includes(name)))
}

/** The ports of 127.0.0.1 that this lab will listen on, of all it knows. */
function portsInUse({
  ports,
  options,
  prepared,
}: {
  ports: Ports
  options: LabOptions
  prepared: PreparedMesh | undefined
}): Partial<Ports> {
  const placement = prepared?.placement ?? placeWithoutMesh(ports)
  const own =
    options.services === 'expected'
      ? []
      : (['dashboard', ...(options.countingApp === undefined ? (['counting'] as const) : [])] as const)
  const names: (keyof Ports)[] = [
    ...own.filter((name) => placement[name] === `127.0.0.1:${ports[name]}`),
    ...(prepared ? [...prepared.listensOn, 'control' as const] : []),
    ...(options.traceBackend === undefined ? (['otlp', 'zipkin', 'datadog', 'query'] as const) : []),
  ]
  return Object.fromEntries(names.map((name) => [name, ports[name]]))
}
