import { LabError } from '@throughline/lab-programs'
import { isTracer, type SidecarName, type StaticEnvoySettings, type Tracer, tracers } from '@throughline/lab-meshes'

const meshNames = ['static-envoy', 'consul'] as const
export type ComposeMeshName = (typeof meshNames)[number]

/** The settings of the set-up service, from its environment in docker-compose.yml. */
export interface SetupSettings {
  mesh: ComposeMeshName
  tracer: Tracer
  otlpUrl: string
  zipkinUrl: string
  /** Percentage of requests the sidecars trace when no caller has decided. */
  sampling: number
  /** Lifetime of the static Envoys' certificates in seconds; they are renewed before. */
  certificateSeconds: number
  /** Consul's pages, as a browser reaches them. */
  consulUiUrl: string
}

/** Ports of each pod. */
export const ports = {
  app: { counting: 9001, dashboard: 9002 },
  inbound: { counting: 21_001, dashboard: 21_003 },
  /** The page, for browsers. */
  page: 21_002,
  /** Where the dashboard's sidecar listens for calls to counting. */
  outbound: 9101,
  admin: { counting: 19_001, dashboard: 19_002 },
  metrics: { counting: 19_101, dashboard: 19_102 },
}

/** Port of the control API. */
export const CONTROL_PORT = 19_000

/** The folders that the set-up service shares: one with each sidecar, and one with the dashboard. */
export const folders: Record<SidecarName | 'control', string> = {
  counting: '/shared/counting',
  dashboard: '/shared/dashboard',
  control: '/shared/control',
}

/** Where a sidecar sees its folder. */
const MOUNTED_AT = '/etc/throughline'

/** Jaeger does not speak the protocol of a Datadog agent. */
export const usableTracers: readonly Tracer[] = tracers.filter((tracer) => tracer !== 'datadog')

/**
 * Reads the environment; an unset or empty variable has its default.
 *
 * @throws LabError TL_USAGE naming the variable and its valid values
 */
export function loadSetupSettings(env: NodeJS.ProcessEnv): SetupSettings {
  const mesh = meshNames.find((name) => name === (env['MESH'] || 'static-envoy'))
  if (mesh === undefined) {
    throw new LabError('TL_USAGE', `MESH must be one of ${meshNames.join(', ')}, not "${env['MESH']}"`)
  }
  const tracer = env['TRACER'] || 'opentelemetry'
  if (!isTracer(tracer) || !usableTracers.includes(tracer)) {
    throw new LabError('TL_USAGE', `TRACER must be one of ${usableTracers.join(', ')}, not "${tracer}"`)
  }
  const sampling = Number(env['SAMPLING'] || '100')
  if (!(sampling >= 0 && sampling <= 100)) {
    throw new LabError('TL_USAGE', `SAMPLING must be a percentage from 0 to 100, not "${env['SAMPLING']}"`)
  }
  const certificateSeconds = Number(env['CERTIFICATE_SECONDS'] || '86400')
  if (!(certificateSeconds >= 10 && certificateSeconds <= 31_536_000)) {
    const text = env['CERTIFICATE_SECONDS']
    throw new LabError('TL_USAGE', `CERTIFICATE_SECONDS must be a number from 10 to 31536000, not "${text}"`)
  }
  return {
    mesh,
    tracer,
    sampling,
    certificateSeconds,
    otlpUrl: readUrl(env, 'OTLP_URL', 'http://jaeger:4318/v1/traces'),
    zipkinUrl: readUrl(env, 'ZIPKIN_URL', 'http://jaeger:9411/api/v2/spans'),
    consulUiUrl: readUrl(env, 'CONSUL_UI_URL', 'http://localhost:8500/ui/'),
  }
}

function readUrl(env: NodeJS.ProcessEnv, name: string, otherwise: string): string {
  const url = env[name] || otherwise
  if (URL.canParse(url) && new URL(url).protocol === 'http:') return url
  throw new LabError('TL_USAGE', `${name} must be an http:// URL, not "${url}"`)
}

/**
 * The sidecars of docker-compose.yml: each app and its sidecar share a network namespace, as in a pod, and are reached
 * by the service's name. Apps listen on loopback, sidecars on all addresses.
 */
export function composeEnvoySettings({ otlpUrl, zipkinUrl, sampling }: SetupSettings): StaticEnvoySettings {
  return {
    configDir: { counting: MOUNTED_AT, dashboard: MOUNTED_AT },
    certsDir: `${MOUNTED_AT}/certs`,
    admin: anyAddress(ports.admin),
    countingApp: `127.0.0.1:${ports.app.counting}`,
    countingInbound: `0.0.0.0:${ports.inbound.counting}`,
    countingSidecar: `counting:${ports.inbound.counting}`,
    dashboardOutbound: `127.0.0.1:${ports.outbound}`,
    page: { inbound: `0.0.0.0:${ports.page}`, app: `127.0.0.1:${ports.app.dashboard}` },
    metrics: anyAddress(ports.metrics),
    otlpUrl,
    zipkinUrl,
    sampling,
  }
}

/** The sidecars' admin addresses, as the set-up service reaches them. */
export const adminUrls: Record<SidecarName, string> = {
  counting: `http://counting:${ports.admin.counting}`,
  dashboard: `http://dashboard:${ports.admin.dashboard}`,
}

function anyAddress({ counting, dashboard }: Record<SidecarName, number>): Record<SidecarName, string> {
  return { counting: `0.0.0.0:${counting}`, dashboard: `0.0.0.0:${dashboard}` }
}
