import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {
  type Breaker,
  consulModule,
  createControlApi,
  istioModule,
  type Lab,
  type LabOptions,
  type LabSettings,
  labSettings,
  type MeshModule,
  type MeshName,
  openTraceBackend,
  placeWithoutMesh,
  staticEnvoyModule,
} from '@throughline/lab-meshes'
import {
  choosePorts,
  createCleanUp,
  describeLacking,
  LabError,
  pidsOf,
  requireFreePorts,
  startReaper,
  takeFreePort,
} from '@throughline/lab-programs'
import { createBreaker } from './create-breaker.ts'
import { createOwnService } from './own-service.ts'
import { portsInUse } from './ports-in-use.ts'
import { serviceEnvironment } from './service-environment.ts'
import { createServices, type ReportingProgram } from './service.ts'

const meshModules: Record<MeshName, MeshModule> = {
  'static-envoy': staticEnvoyModule,
  consul: consulModule,
  istio: istioModule,
}

const ATTEMPTS = 3

/**
 * Starts both services, each behind its own sidecar, and a trace backend; resolves when all of them are ready. When one
 * fails, or this process dies, everything that was started is stopped.
 *
 * @throws LabError with one message that names what failed and how it ended
 */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  const settings = labSettings(options)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startLab(settings)
    } catch (error) {
      // Another program took a port that was free a moment ago.
      const bindFailed = error instanceof LabError && /EADDRINUSE|address already in use/i.test(error.message)
      if (!bindFailed || attempt === ATTEMPTS || settings.ports !== 'free') throw error
    }
  }
}

/** Gives counting a place behind a service that takes its own. */
async function withPlaceBehind(settings: LabSettings): Promise<LabSettings> {
  const { ownService } = settings
  if (ownService === undefined) return settings
  return { ...settings, ownService: { ...ownService, behind: `127.0.0.1:${await takeFreePort()}` } }
}

async function startLab(settings: LabSettings): Promise<Lab> {
  const cleanUp = createCleanUp()
  const { signal } = settings
  const runDir = await makeRunDir()
  const stop = async (): Promise<void> => {
    try {
      await cleanUp.run()
    } finally {
      await fs.rm(runDir, { recursive: true, force: true })
    }
  }
  // A cancelled start ends at its next step; the program it waits for is stopped here. The folder is removed after the
  // start has ended, because the start may write files there until then, keys included.
  const onAbort = (): void => void cleanUp.run().catch(() => {})
  signal?.addEventListener('abort', onAbort)
  try {
    const lab = await startParts(await withPlaceBehind(settings), { runDir, onCleanUp: cleanUp.add })
    signal?.throwIfAborted()
    return { ...lab, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop().catch(() => {})
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

async function makeRunDir(): Promise<string> {
  try {
    return await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw (
      describeLacking(error) ??
      new LabError(
        'TL_TEMPORARY_FOLDER',
        `The folder for temporary files, ${os.tmpdir()}, is missing or can't be written (${code}). Set TMPDIR to one that can.`,
        { cause: error },
      )
    )
  }
}

type Parts = Omit<Lab, 'stop' | typeof Symbol.asyncDispose>

async function startParts(
  settings: LabSettings,
  { runDir, onCleanUp }: { runDir: string; onCleanUp: (undo: () => Promise<void>) => void },
): Promise<Parts> {
  const { signal, tracer } = settings
  const ports = await choosePorts(settings.ports)
  if (settings.ownService?.address.endsWith(`:${ports.counting}`)) ports.counting = await takeFreePort()
  const reaper = await startReaper({ folder: runDir })
  onCleanUp(reaper.close)

  const prepared =
    settings.mesh === 'none' ? undefined : await meshModules[settings.mesh].prepare({ settings, ports, runDir, reaper })
  if (prepared) onCleanUp(prepared.close)
  if (prepared && !prepared.tracers.includes(tracer)) {
    const usable = prepared.tracers.join(', ')
    throw new LabError('TL_USAGE', `the sidecars can't trace with ${tracer} here, only with ${usable}`)
  }
  const placement = prepared?.placement ?? placeWithoutMesh(ports, settings.countingApp)
  if (settings.ports !== 'free') await requireFreePorts(portsInUse({ ports, settings, prepared, placement }))

  const { host } = placement
  const backend = await openTraceBackend(settings.traceBackend, {
    ...ports,
    ...placement.backendPorts,
    host,
    allowedHosts: settings.allowedHosts,
  })
  onCleanUp(backend.close)
  const mesh = prepared?.create(backend)
  let services: ReturnType<typeof createServices> = {}
  let running: ReportingProgram[] = []
  const breaker = mesh && prepared && createBreaker({ mesh, tracers: prepared.tracers, services: () => services })
  const control =
    mesh &&
    (await createControlApi({
      mesh,
      services: () => Promise.all(running.map((service) => service.status())),
      breaker,
      host,
      port: ports.control,
      token: settings.controlToken,
      allowedHosts: settings.allowedHosts,
    }))
  if (control) onCleanUp(control.close)

  const { bypassUrl, countingInbound } = placement
  const upstreamUrl = placement.upstreamUrl + (settings.ownService?.path ?? '').replace(/\/$/, '')
  const env = serviceEnvironment({
    ...backend,
    upstreamUrl,
    peerInbound: countingInbound,
    bypassUrl: mesh && bypassUrl,
    control,
    allowedHosts: settings.allowedHosts,
  })
  const ownUpstreamUrl = settings.ownService && `http://${placement.behind?.outbound ?? settings.ownService.behind}`
  services = createServices({ settings, placement, env, runDir, reaper })
  const { counting, dashboard } = services
  const own = createOwnService({ settings, upstreamUrl: ownUpstreamUrl, env, runDir, reaper })
  running = [counting, own, dashboard].filter((service) => service !== undefined)
  requireBreak(settings.break, breaker)
  for (const part of [counting, own, mesh, dashboard]) {
    signal?.throwIfAborted()
    if (!part) continue
    onCleanUp(part.stop)
    await part.start()
  }
  if (settings.break !== undefined) {
    breaker?.choose(settings.break)
    await breaker?.settled()
    const failure = breaker?.status().error
    if (failure) throw new LabError('TL_PROGRAM_FAILED', failure)
  }

  const socket = placement.counting.startsWith('unix:') ? placement.counting.slice('unix:'.length) : undefined
  return {
    dashboardUrl: placement.dashboardUrl,
    dashboardAppUrl: `http://${placement.dashboard}`,
    countingUrl: socket === undefined ? (bypassUrl ?? `http://${placement.counting}`) : undefined,
    countingSocket: socket,
    ownUpstreamUrl,
    upstreamUrl: placement.upstreamUrlFromHere ?? placement.upstreamUrl,
    countingInbound,
    identities: prepared?.identities,
    traceStore: backend.traceStore,
    queryUrl: backend.queryUrl,
    controlUrl: control?.url,
    controlToken: control?.token,
    mesh,
    pids: () => ({ ...pidsOf(running), ...mesh?.pids(), reaper: reaper.pid }),
    breaker,
    runDir,
  }
}

/** @throws LabError TL_USAGE naming what this lab can show */
function requireBreak(id: string | undefined, breaker: Breaker | undefined): void {
  const known = breaker?.status().breaks.map((each) => each.id) ?? []
  if (id === undefined || known.includes(id)) return
  const choices = known.length === 0 ? 'nothing without a mesh and services of its own' : `only ${known.join(', ')}`
  throw new LabError('TL_USAGE', `this lab can't show "${id}", ${choices}`)
}
