import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { isAtLeast, readEnvoyVersion } from './binaries/envoy-version.ts'
import { findEnvoy } from './binaries/find-envoy.ts'
import { createCertificateAuthority, writeCertificates } from './certs.ts'
import { createCleanUp } from './clean-up.ts'
import { openCollector } from './collector.ts'
import { createControlApi } from './control-api.ts'
import { LabError } from './errors.ts'
import { startGuardian } from './guardian.ts'
import type { Lab, LabOptions } from './lab-options.ts'
import { createStaticEnvoyMesh } from './meshes/static-envoy.ts'
import { choosePorts, type Ports, requireFreePorts } from './ports.ts'
import type { Program } from './program.ts'
import { createService, type ServiceName } from './service.ts'
import { serviceEnvironment } from './service-environment.ts'
import { usableTracers } from './usable-tracers.ts'
import { versions } from './versions.ts'

/** One attempt at what `createLab` promises. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const cleanUp = createCleanUp()
  const { signal } = options
  // A start that is given up ends at its next step; what it waits for is stopped here.
  const giveUp = (): void => void cleanUp.run().catch(() => {})
  signal?.addEventListener('abort', giveUp)
  try {
    const lab = await startParts(options, cleanUp.add)
    signal?.throwIfAborted()
    return { ...lab, stop: cleanUp.run, [Symbol.asyncDispose]: cleanUp.run }
  } catch (error) {
    await cleanUp.run().catch(() => {})
    throw error
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}

type Parts = Omit<Lab, 'stop' | typeof Symbol.asyncDispose>

async function startParts(options: LabOptions, whenDone: (undo: () => Promise<void>) => void): Promise<Parts> {
  const { log, signal } = options
  const envoy =
    options.mesh === 'none'
      ? undefined
      : await findEnvoy({
          ...(log && { log }),
          ...(signal && { signal }),
          ...(options.envoyVersion !== undefined && { version: options.envoyVersion }),
        })

  const tracer = options.tracer ?? 'opentelemetry'
  const version = envoy && (await readEnvoyVersion(envoy.path))
  const usable = usableTracers(version, options.collector)
  if (!usable.includes(tracer)) {
    throw new LabError('TL_USAGE', `the sidecars can't trace with ${tracer} here, only with ${usable.join(', ')}`)
  }

  const ports = await choosePorts(options.ports ?? 'free')
  if ((options.ports ?? 'free') !== 'free') await requireFreePorts(portsInUse(ports, options))
  const runDir = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-'))
  whenDone(() => fs.rm(runDir, { recursive: true, force: true }))
  const guardian = await startGuardian({ folder: runDir })
  whenDone(guardian.close)
  const where = { runDir, guardian, ...(log && { log }) }

  const collector = await openCollector(options.collector, ports)
  whenDone(collector.close)
  const { otlpUrl, zipkinUrl, datadogUrl, queryUrl, uiUrl, traceStore } = collector

  const authority = await createCertificateAuthority()
  const certsDir = path.join(runDir, 'certs')
  await writeCertificates(certsDir, { authority, serviceAccounts: ['counting', 'dashboard'] })

  const socket = options.countingListen === 'socket' ? path.join(runDir, 'counting.sock') : undefined
  const countingApp = options.countingApp ?? (socket === undefined ? `127.0.0.1:${ports.counting}` : `unix:${socket}`)
  const mesh =
    envoy &&
    createStaticEnvoyMesh({
      ...where,
      binary: envoy.path,
      certsDir,
      ports,
      countingApp,
      otlpUrl,
      zipkinUrl,
      ...(datadogUrl !== undefined && { datadogUrl }),
      tracer,
      tracers: usable,
      limitAdmin: version === undefined || isAtLeast(version, versions.envoy.adminPaths),
      ...(options.sampling !== undefined && { sampling: options.sampling }),
    })

  const { controlToken } = options
  const control =
    mesh &&
    (await createControlApi({ mesh, port: ports.control, ...(controlToken !== undefined && { token: controlToken }) }))
  if (control) whenDone(control.close)

  const upstreamUrl = `http://127.0.0.1:${mesh ? ports.outbound : ports.counting}`
  const env = serviceEnvironment({
    upstreamUrl,
    otlpUrl,
    zipkinUrl,
    queryUrl,
    ...(uiUrl !== undefined && { uiUrl }),
    ...(mesh && { peerInbound: `127.0.0.1:${ports.inbound}` }),
    ...(mesh && socket === undefined && { directUrl: `http://${countingApp}` }),
    ...(control && { control }),
  })
  const service = (name: ServiceName, address: string): Program | undefined =>
    options.services === 'expected'
      ? undefined
      : createService({ name, address, env: { ...env, ...options[`${name}Env`] }, ...where })
  const counting = options.countingApp === undefined ? service('counting', countingApp) : undefined
  const dashboard = service('dashboard', `127.0.0.1:${ports.dashboard}`)

  for (const part of [counting, mesh, dashboard]) {
    signal?.throwIfAborted()
    if (!part) continue
    whenDone(part.stop)
    await part.start()
  }

  return {
    dashboardUrl: `http://127.0.0.1:${ports.dashboard}`,
    ...(socket === undefined ? { countingUrl: `http://${countingApp}` } : { countingSocket: socket }),
    upstreamUrl,
    inboundPort: ports.inbound,
    certsDir,
    issueIdentity: authority.issue,
    ...(traceStore && { traceStore }),
    queryUrl,
    ...(control && { controlUrl: control.url, controlToken: control.token }),
    ...(mesh && { mesh }),
    pids: () => ({ ...pidsOf([counting, dashboard]), ...mesh?.pids(), guardian: guardian.pid }),
    runDir,
  }
}

/** The ports that this lab will listen on, of all it knows. */
function portsInUse(ports: Ports, options: LabOptions): Partial<Ports> {
  const {
    dashboard,
    counting,
    outbound,
    inbound,
    countingAdmin,
    dashboardAdmin,
    otlp,
    zipkin,
    datadog,
    query,
    control,
  } = ports
  return {
    ...(options.services !== 'expected' && { dashboard }),
    ...(options.services !== 'expected' &&
      options.countingListen !== 'socket' &&
      options.countingApp === undefined && { counting }),
    ...(options.mesh !== 'none' && { outbound, inbound, countingAdmin, dashboardAdmin, control }),
    ...(options.collector === undefined && { otlp, zipkin, datadog, query }),
  }
}

function pidsOf(programs: (Program | undefined)[]): Record<string, number> {
  const running = programs.flatMap((program) => {
    const pid = program?.pid()
    return program === undefined || pid === undefined ? [] : [[program.name, pid] as const]
  })
  return Object.fromEntries(running)
}
