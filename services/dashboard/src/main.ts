import { main } from '@throughline/service-kit/main'
import { createTelemetry } from '@throughline/telemetry'
import { loadDashboardConfig } from './config.ts'

await main('dashboard', async () => {
  const config = loadDashboardConfig(process.env)
  const telemetry = await createTelemetry({
    serviceName: config.OTEL_SERVICE_NAME,
    env: process.env,
    // The page's files and its questions for traces would bury the one request that matters.
    shouldTrace: ({ path }) => path === '/api/count',
  })
  telemetry.start()
  // Stock instrumentation patches Express as it is loaded: nothing that imports Express may come before this line.
  const { createHealth, createLogger, createMetrics, runService } = await import('@throughline/service-kit')
  const { createCountingClient } = await import('./counting-client.ts')
  const { createDashboard } = await import('./app.ts')
  const { createOwnCall } = await import('./show/own-call.ts')

  const logger = createLogger({
    service: config.OTEL_SERVICE_NAME,
    level: config.LOG_LEVEL,
    ids: telemetry.activeIds,
  })
  const health = createHealth()
  const counting = createCountingClient({
    url: config.COUNTING_SERVICE_URL,
    timeoutMs: config.UPSTREAM_TIMEOUT_MS,
    instrument: telemetry.instrumentAxios,
  })
  let callSelf: ReturnType<typeof createOwnCall> | undefined
  const { app, close } = createDashboard({
    logger,
    health,
    metrics: createMetrics(config.OTEL_SERVICE_NAME, {
      spans: telemetry.exportStats,
      sampledTraceId: telemetry.sampledTraceId,
    }),
    ids: telemetry.activeIds,
    traceId: telemetry.activeTraceId,
    spanId: () => telemetry.activeIds().span_id,
    counting,
    upstreamUrl: config.COUNTING_SERVICE_URL,
    traceQueryUrl: config.TRACE_QUERY_URL,
    traceUiUrl: config.TRACE_UI_URL,
    controls: { url: config.MESH_CONTROL_URL, token: config.MESH_CONTROL_TOKEN },
    checks: { bypassUrl: config.COUNTING_BYPASS_URL, peerInbound: config.PEER_INBOUND },
    faults: config.FAULTS === 'on',
    traffic: config.TRAFFIC,
    callSelf: async (path, headers) => callSelf?.(path, headers),
  })
  await runService({
    logger,
    health,
    app,
    at: { host: config.HOST, port: config.PORT, socketPath: config.SOCKET_PATH },
    drainDelayMs: config.DRAIN_DELAY_MS,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MS,
    onListening: (url) => (callSelf = createOwnCall(url)),
    onDraining: close,
    onClosed: async () => {
      counting.close()
      await telemetry.shutdown()
    },
  })
})
