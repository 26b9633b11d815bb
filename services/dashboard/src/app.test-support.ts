import type { RequestListener } from 'node:http'
import { createHealth, createLogger, createMetrics, listen } from '@throughline/service-kit'
import { createApp, type DashboardAppOptions } from './app.ts'
import { type CountingClientOptions, createCountingClient } from './counting-client.ts'
import { createShow, type ShowOptions } from './show/create-show.ts'

/** A real server in place of the sidecar's upstream listener. */
export async function startUpstream(handler: RequestListener) {
  const listening = await listen(handler, { host: '127.0.0.1', port: 0 })
  return { url: listening.url, [Symbol.asyncDispose]: async () => void (await listening.close(0)) }
}

type Options = Partial<DashboardAppOptions & ShowOptions> &
  Partial<Pick<CountingClientOptions, 'timeoutMs' | 'instrument'>>

/** The dashboard with its show, over a real client; nothing else is configured unless a test does it. */
export function createTestDashboard(url: string, options: Options = {}) {
  const { timeoutMs = 1000, instrument, ...rest } = options
  const health = createHealth()
  health.setReady(true)
  const show = createShow({ upstreamUrl: url, ...rest })
  const app = createApp({
    logger: createLogger({ service: 'dashboard', level: 'silent' }),
    metrics: createMetrics('dashboard'),
    health,
    counting: createCountingClient({ url, timeoutMs, instrument }),
    observe: show.observe,
    addRoutes: show.addRoutes,
    ...(rest as Partial<DashboardAppOptions>),
  })
  return { app, close: show.close }
}

/** Its app alone. */
export function dashboard(url: string, options: Options = {}) {
  return createTestDashboard(url, options).app
}

/** A handler that answers JSON. */
export const sendJson =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
/** A handler that answers as counting does. */
export const count = sendJson(200, { count: 5, hostname: 'pod-1' })
