import { main } from '@throughline/service-kit/main'
import { createTelemetry } from '@throughline/telemetry'
import { loadShowConfig } from './show/show-config.ts'

/** From listening on: probes and the first requests come before what takes time to load. */
const LOAD_REST_MS = 1000

await main('dashboard', async () => {
  const config = loadShowConfig(process.env)
  const telemetry = await createTelemetry({
    // Loaded after the first answers: a start takes half as long.
    nodeSdk: 'late',
    serviceName: config.OTEL_SERVICE_NAME,
    env: process.env,
    // Spans for the page's files and queries would bury the one request that matters.
    shouldTrace: ({ path }) => path === '/api/count',
  })
  telemetry.start()
  // Stock instrumentation patches Express while it loads, so nothing may import Express before this line.
  const { createHealth, createLogger, createMetrics, runService } = await import('@throughline/service-kit')
  const { createApp } = await import('./app.ts')
  const { requirePage } = await import('./page-folder.ts')
  const { createCountingClient } = await import('./counting-client.ts')
  const { createOwnCall } = await import('./show/own-call.ts')
  const { createShow } = await import('./show/create-show.ts')

  await requirePage()
  const logger = createLogger({
    service: config.OTEL_SERVICE_NAME,
    level: config.LOG_LEVEL,
    ids: telemetry.activeIds,
  })
  const health = createHealth()
  const counting = createCountingClient({
    url: config.COUNTING_SERVICE_URL,
    timeoutMs: config.UPSTREAM_TIMEOUT_MS,
    anyAnswer: config.COUNTING_ANSWER === 'any',
  })
  const controls = { url: config.MESH_CONTROL_URL, token: config.MESH_CONTROL_TOKEN }
  let ownCall: ReturnType<typeof createOwnCall> | undefined
  const show = createShow({
    upstreamUrl: config.COUNTING_SERVICE_URL,
    traceId: telemetry.activeTraceId,
    spanId: () => telemetry.activeIds().span_id,
    traceQueryUrl: config.TRACE_QUERY_URL,
    traceUiUrl: config.TRACE_UI_URL,
    controls,
    checks: { bypassUrl: config.COUNTING_BYPASS_URL, peerInbound: config.PEER_INBOUND },
    ownService: config.COUNTING_ANSWER === 'any',
    faults: config.FAULTS === 'on',
    history: config.HISTORY,
    traffic: config.TRAFFIC,
    appSpans: telemetry.enabled,
    ownUrl: () => ownCall?.origin,
    callSelf: async (path, headers) => telemetry.untraced(() => ownCall?.send(path, headers)),
  })
  const app = createApp({
    logger,
    health,
    metrics: createMetrics(config.OTEL_SERVICE_NAME, {
      spans: telemetry.exportStats,
      sampledTraceId: telemetry.sampledTraceId,
    }),
    ids: telemetry.activeIds,
    allowedHosts: [config.HOST, ...config.ALLOWED_HOSTS],
    traceId: telemetry.activeTraceId,
    counting,
    traceQueryUrl: config.TRACE_QUERY_URL,
    controls,
    observe: show.observe,
    addRoutes: show.addRoutes,
  })
  await runService({
    logger,
    health,
    app,
    at: { host: config.HOST, port: config.PORT, socketPath: config.SOCKET_PATH },
    drainDelayMs: config.DRAIN_DELAY_MS,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MS,
    onListening(url) {
      ownCall = createOwnCall(url)
      setTimeout(telemetry.loadRest, LOAD_REST_MS).unref()
    },
    onDraining: show.close,
    onClosed: async () => {
      counting.close()
      await telemetry.shutdown()
    },
  })
})
