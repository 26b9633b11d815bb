import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createCleanUp } from '@throughline/lab-programs'
import { openCollector } from '@throughline/lab-meshes'
import { createControlApi } from '@throughline/lab-meshes'
import { LabError } from '@throughline/lab-programs'
import { startGuardian } from '@throughline/lab-programs'
import type { Lab, LabOptions } from '@throughline/lab-meshes'
import type { PreparedMesh } from '@throughline/lab-meshes'
import { meshModules } from '@throughline/lab-meshes'
import { placeWithoutMesh } from '@throughline/lab-meshes'
import { choosePorts, type Ports, requireFreePorts } from '@throughline/lab-programs'
import { pidsOf, type Program } from '@throughline/lab-programs'
import { createService } from './service.ts'
import type { ServiceName } from '@throughline/lab-meshes'
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
    const lab = await startParts(options, { runDir, whenDone: cleanUp.add })
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
  { runDir, whenDone }: { runDir: string; whenDone: (undo: () => Promise<void>) => void },
): Promise<Parts> {
  const { log, signal, controlToken } = options
  const ports = await choosePorts(options.ports ?? 'free')
  const guardian = await startGuardian({ folder: runDir })
  whenDone(guardian.close)

  const meshName = options.mesh ?? 'static-envoy'
  const prepared =
    meshName === 'none' ? undefined : await meshModules[meshName].prepare({ options, ports, runDir, guardian })
  if (prepared) whenDone(prepared.close)
  const tracer = options.tracer ?? (options.fromChart ? 'zipkin' : 'opentelemetry')
  if (prepared && !prepared.tracers.includes(tracer)) {
    const usable = prepared.tracers.join(', ')
    throw new LabError('TL_USAGE', `the sidecars can't trace with ${tracer} here, only with ${usable}`)
  }
  const site = prepared?.site ?? placeWithoutMesh(ports, options.countingApp)
  if ((options.ports ?? 'free') !== 'free') await requireFreePorts(portsInUse({ ports, options, prepared }))

  const collector = await openCollector(options.collector, { ...ports, ...site.backendPorts, host: site.host })
  whenDone(collector.close)
  const { otlpUrl, zipkinUrl, queryUrl, uiUrl, traceStore } = collector

  const mesh = prepared?.create(collector, tracer)
  const control =
    mesh &&
    (await createControlApi({
      mesh,
      host: site.host,
      port: ports.control,
      ...(controlToken !== undefined && { token: controlToken }),
    }))
  if (control) whenDone(control.close)

  const { upstreamUrl, bypassUrl, countingInbound } = site
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
          address: site[name],
          env: { ...(site.env ? { ...beyondChart(env), ...site.env[name] } : env), ...options[`${name}Env`] },
          runDir,
          guardian,
          ...(log && { log }),
          ...(site.place && { place: site.place }),
          ...(site.isReady && { isReady: site.isReady }),
        })
  const counting = options.countingApp === undefined ? service('counting') : undefined
  const dashboard = service('dashboard')

  for (const part of [counting, mesh, dashboard]) {
    signal?.throwIfAborted()
    if (!part) continue
    whenDone(part.stop)
    await part.start()
  }

  const socket = site.counting.startsWith('unix:') ? site.counting.slice('unix:'.length) : undefined
  return {
    dashboardUrl: site.dashboardUrl,
    dashboardAppUrl: `http://${site.dashboard}`,
    ...(socket === undefined ? { countingUrl: bypassUrl ?? `http://${site.counting}` } : { countingSocket: socket }),
    upstreamUrl: site.upstreamUrlFromHere ?? upstreamUrl,
    ...(countingInbound !== undefined && { countingInbound }),
    ...(prepared?.identities && { identities: prepared.identities }),
    ...(traceStore && { traceStore }),
    queryUrl,
    ...(control && { controlUrl: control.url, controlToken: control.token }),
    ...(mesh && { mesh }),
    pids: () => ({ ...pidsOf([counting, dashboard]), ...mesh?.pids(), guardian: guardian.pid }),
    runDir,
  }
}

/** What the lab tells a service that has its environment from elsewhere: what only the lab knows, and no wait. */
function beyondChart(env: Record<string, string>): Record<string, string> {
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
  const site = prepared?.site ?? placeWithoutMesh(ports)
  const own =
    options.services === 'expected'
      ? []
      : (['dashboard', ...(options.countingApp === undefined ? (['counting'] as const) : [])] as const)
  const names: (keyof Ports)[] = [
    ...own.filter((name) => site[name] === `127.0.0.1:${ports[name]}`),
    ...(prepared ? [...prepared.listensOn, 'control' as const] : []),
    ...(options.collector === undefined ? (['otlp', 'zipkin', 'datadog', 'query'] as const) : []),
  ]
  return Object.fromEntries(names.map((name) => [name, ports[name]]))
}
