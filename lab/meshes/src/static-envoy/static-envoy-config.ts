import type { Access, Tracer } from '../mesh.ts'
import { renderMeshFile } from '../mesh-files.ts'
import type { Json } from '@throughline/lab-kube-api'
import type { SidecarName } from '../service-name.ts'
import { envoyAddress } from '../sidecar/envoy-address.ts'

/** Addresses are `host:port`; an app's may be `unix:/path`. */
export interface StaticEnvoySettings {
  /** Folder of a sidecar's own files, as the sidecar sees it. */
  configDir: Record<SidecarName, string>
  /** Folder with `ca.pem` and each service's `.pem` and `.key`, as the sidecars see it. */
  certsDir: string
  admin: Record<SidecarName, string>
  /** Limit the paths of the admin interface, default true; an Envoy before 1.37 refuses this setting. */
  limitAdmin?: boolean | undefined
  /** Where counting's app listens. */
  countingApp: string
  /** The only path that may be called, default `/`. */
  countingPath?: string | undefined
  /** Where a service in counting's place calls counting by its sidecar, and where counting listens; default nowhere. */
  upstream?: { outbound: string; app: string } | undefined
  /** Where counting's sidecar listens. */
  countingInbound: string
  /** Its address for dashboard's sidecar; default the same. */
  countingSidecar?: string | undefined
  /** Where dashboard's sidecar listens for calls to counting. */
  dashboardOutbound: string
  /** Where dashboard's sidecar serves the page, and the app behind it; default the app serves its page itself. */
  page?: { inbound: string; app: string } | undefined
  /** Where each sidecar offers `GET /metrics` of its app; default nowhere. */
  metrics?: Record<SidecarName, string> | undefined
  /** `http://host:port/v1/traces` */
  otlpUrl: string
  /** `http://host:port/api/v2/spans` */
  zipkinUrl: string
  /**
   * `http://host:port` of a Datadog agent or a compatible backend; required for the tracer `datadog`.
   */
  datadogUrl?: string | undefined
  /** Percentage of requests the sidecars trace when no caller has decided. */
  sampling: number
}

/**
 * Each function returns the content of one of Envoy's files; the sidecar reports `version` once that file is in force.
 */
export interface StaticEnvoyConfig {
  bootstrap(sidecar: SidecarName): Promise<Json>
  clusters(sidecar: SidecarName, version: string): Promise<Json>
  listeners(sidecar: SidecarName, options: { tracer: Tracer; version: string }): Promise<Json>
  routes(options: { access: Access; version: string }): Promise<Json>
  /** Names of the listeners. */
  listenerNames(sidecar: SidecarName): string[]
}

/** Renders `mesh/envoy/` for two sidecars. */
export function createStaticEnvoyConfig(settings: StaticEnvoySettings): StaticEnvoyConfig {
  const { configDir, certsDir, limitAdmin = true, sampling } = settings
  const otlp = new URL(settings.otlpUrl)
  const zipkin = new URL(settings.zipkinUrl)
  const datadog = settings.datadogUrl === undefined ? undefined : new URL(settings.datadogUrl)

  const tracing = (sidecar: SidecarName, tracer: Tracer): Promise<Json> => {
    const named = { SIDECAR: `${sidecar}-sidecar`, SAMPLING: sampling }
    const toZipkin = { SAMPLING: sampling, BACKEND_HOST: zipkin.host, BACKEND_PATH: zipkin.pathname }
    const values: Record<Tracer, Record<string, Json>> = {
      opentelemetry: { ...named, BACKEND_URL: otlp.href },
      zipkin: toZipkin,
      'zipkin-w3c': toZipkin,
      datadog: { ...named, BACKEND_HOST: datadog?.host ?? '' },
      none: {},
    }
    return renderMeshFile(`envoy/tracing/${tracer}.yaml`, values[tracer])
  }

  const page = (sidecar: SidecarName): StaticEnvoySettings['page'] =>
    sidecar === 'dashboard' ? settings.page : undefined
  const upstream = (sidecar: SidecarName): StaticEnvoySettings['upstream'] =>
    sidecar === 'counting' ? settings.upstream : undefined

  return {
    listenerNames: (sidecar) => [
      sidecar === 'counting' ? 'inbound' : 'outbound-counting',
      ...(upstream(sidecar) === undefined ? [] : ['outbound-upstream']),
      ...(page(sidecar) === undefined ? [] : ['page']),
      ...(settings.metrics === undefined ? [] : ['metrics']),
    ],

    bootstrap: async (sidecar) =>
      renderMeshFile('envoy/bootstrap.yaml', {
        SIDECAR: `${sidecar}-sidecar`,
        ADMIN: envoyAddress(settings.admin[sidecar]),
        ADMIN_PATHS: limitAdmin ? await renderMeshFile('envoy/admin-paths.yaml') : null,
        CONFIG_DIR: configDir[sidecar],
        BACKEND_OTLP: envoyAddress(hostAndPort(otlp)),
        BACKEND_ZIPKIN: envoyAddress(hostAndPort(zipkin)),
        BACKEND_DATADOG: datadog === undefined ? null : endpoints(datadog),
      }),

    clusters: (sidecar, version) => {
      const file = renderMeshFile(`envoy/${sidecar}/clusters.yaml`, {
        VERSION: version,
        ...(sidecar === 'counting'
          ? { COUNTING_APP: envoyAddress(settings.countingApp) }
          : {
              COUNTING_SIDECAR: envoyAddress(settings.countingSidecar ?? settings.countingInbound),
              CERTS_DIR: certsDir,
            }),
      })
      const app = page(sidecar)?.app
      const behind = upstream(sidecar)?.app
      return withMore(file, [
        behind !== undefined &&
          renderMeshFile('envoy/counting/upstream-cluster.yaml', { UPSTREAM_APP: envoyAddress(behind) }),
        app !== undefined && renderMeshFile('envoy/dashboard/app-cluster.yaml', { DASHBOARD_APP: envoyAddress(app) }),
      ])
    },

    listeners: async (sidecar, { tracer, version }) => {
      const accessLog = await renderMeshFile('envoy/access-log.yaml')
      const file = renderMeshFile(`envoy/${sidecar}/listeners.yaml`, {
        VERSION: version,
        TRACING: await tracing(sidecar, tracer),
        ACCESS_LOG: accessLog,
        ...(sidecar === 'counting'
          ? {
              COUNTING_INBOUND: envoyAddress(settings.countingInbound),
              CERTS_DIR: certsDir,
              CONFIG_DIR: configDir.counting,
            }
          : { DASHBOARD_OUTBOUND: envoyAddress(settings.dashboardOutbound) }),
      })
      const inbound = page(sidecar)?.inbound
      const outbound = upstream(sidecar)?.outbound
      const metrics = settings.metrics?.[sidecar]
      return withMore(file, [
        outbound !== undefined &&
          renderMeshFile('envoy/counting/upstream-listener.yaml', {
            UPSTREAM_OUTBOUND: envoyAddress(outbound),
            TRACING: await tracing(sidecar, tracer),
            ACCESS_LOG: accessLog,
          }),
        inbound !== undefined &&
          renderMeshFile('envoy/dashboard/page-listener.yaml', {
            ACCESS_LOG: accessLog,
            DASHBOARD_INBOUND: envoyAddress(inbound),
          }),
        metrics !== undefined && renderMeshFile('envoy/metrics-listener.yaml', { METRICS: envoyAddress(metrics) }),
      ])
    },

    routes: async ({ access, version }) =>
      renderMeshFile('envoy/counting/routes.yaml', {
        VERSION: version,
        POLICIES: await renderMeshFile(
          `envoy/access/${access}.yaml`,
          access === 'allowed' ? { COUNTING_PATH: settings.countingPath ?? '/' } : {},
        ),
      }),
  }
}

function endpoints(url: URL): Json {
  return [{ lb_endpoints: [{ endpoint: { address: envoyAddress(hostAndPort(url)) } }] }]
}

function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port === '' ? '80' : url.port}`
}

/** Adds resources to those that a file of `mesh/envoy` has. */
async function withMore(file: Promise<Json>, more: (Promise<Json> | false)[]): Promise<Json> {
  const { resources, ...rest } = (await file) as { resources: Json[] }
  return { ...rest, resources: [...resources, ...(await Promise.all(more.filter((resource) => resource !== false)))] }
}
