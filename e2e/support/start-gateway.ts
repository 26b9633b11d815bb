import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { findEnvoy, takeFreePort } from '@throughline/lab-programs'
import { pollUntil, temporaryFolder } from '@throughline/lab-testkit'
import { serveTraceStore } from '@throughline/trace-store'
import { startAll } from './start-all.ts'
import type { MeshLab } from './start-lab.ts'

const typeOf = (message: string): string => `type.googleapis.com/envoy.${message}`

/**
 * A gateway in front of the page of a lab: an Envoy with a span for each of its sides, as Istio configures its own. The
 * spans go to the lab's store.
 */
export async function startGateway({ dashboardUrl, traceStore }: Pick<MeshLab, 'dashboardUrl' | 'traceStore'>) {
  return startAll(async (keep) => {
    const folder = keep(await temporaryFolder())
    const { otlpUrl } = keep(await serveTraceStore({ store: traceStore }))
    const port = await takeFreePort()
    const url = `http://127.0.0.1:${port}`
    const config = path.join(folder.path, 'envoy.json')
    await fs.writeFile(config, JSON.stringify(gatewayConfig({ port, dashboardUrl, otlpUrl })))
    const { path: program } = await findEnvoy()
    const envoy = spawn(program, ['-c', config, '--use-dynamic-base-id', '--concurrency', '1', '-l', 'error'], {
      stdio: 'ignore',
    })
    keep({
      async [Symbol.asyncDispose]() {
        envoy.kill('SIGKILL')
        if (envoy.exitCode === null && envoy.signalCode === null) await once(envoy, 'exit')
      },
    })
    await pollUntil(async () => (await fetch(`${url}/health`)).ok || undefined, { what: 'the gateway to answer' })
    return { url }
  })
}

function gatewayConfig({ port, dashboardUrl, otlpUrl }: { port: number; dashboardUrl: string; otlpUrl: string }) {
  const http_uri = { uri: otlpUrl, cluster: 'otlp', timeout: '1s' }
  const service_name = 'dashboard-gateway-istio.throughline'
  return {
    node: { id: 'router~127.0.0.1~dashboard-gateway-istio.throughline', cluster: service_name },
    static_resources: {
      listeners: [
        {
          address: { socket_address: { address: '127.0.0.1', port_value: port } },
          filter_chains: [
            {
              filters: [
                {
                  name: 'http',
                  typed_config: {
                    '@type': typeOf('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
                    stat_prefix: 'gateway',
                    route_config: {
                      virtual_hosts: [
                        {
                          name: 'page',
                          domains: ['*'],
                          routes: [{ match: { prefix: '/' }, route: { cluster: 'dashboard', timeout: '0s' } }],
                        },
                      ],
                    },
                    http_filters: [
                      { name: 'router', typed_config: { '@type': typeOf('extensions.filters.http.router.v3.Router') } },
                    ],
                    tracing: {
                      spawn_upstream_span: true,
                      provider: {
                        name: 'envoy.tracers.opentelemetry',
                        typed_config: {
                          '@type': typeOf('config.trace.v3.OpenTelemetryConfig'),
                          service_name,
                          http_service: { http_uri },
                        },
                      },
                    },
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters: [cluster('dashboard', dashboardUrl), cluster('otlp', otlpUrl)],
    },
  }
}

function cluster(name: string, url: string): object {
  const { hostname, port } = new URL(url)
  const address = { socket_address: { address: hostname, port_value: Number(port) } }
  return { name, load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] } }
}
