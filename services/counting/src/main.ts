import { main } from '@throughline/service-kit/main'
import { createTelemetry } from '@throughline/telemetry'
import { loadCountingConfig } from './config.ts'
import { createCounter } from './counter.ts'

/** From listening on: probes and the first requests come before what takes time to load. */
const LOAD_REST_MS = 1000

await main('counting', async () => {
  const config = loadCountingConfig(process.env)
  const telemetry = await createTelemetry({
    // Loaded after the first answers: a start takes half as long.
    nodeSdk: 'late',
    serviceName: config.OTEL_SERVICE_NAME,
    env: process.env,
    shouldTrace: ({ path }) => path === '/',
  })
  telemetry.start()
  // Stock instrumentation patches Express while it loads, so nothing may import Express before this line.
  const { createHealth, createLogger, createMetrics, runService } = await import('@throughline/service-kit')
  const { createApp } = await import('./app.ts')

  const logger = createLogger({
    service: config.OTEL_SERVICE_NAME,
    level: config.LOG_LEVEL,
    ids: telemetry.activeIds,
  })
  const health = createHealth()
  const app = createApp({
    logger,
    health,
    metrics: createMetrics(config.OTEL_SERVICE_NAME, {
      spans: telemetry.exportStats,
      sampledTraceId: telemetry.sampledTraceId,
    }),
    ids: telemetry.activeIds,
    counter: createCounter(),
    allowedHosts: [config.HOST, ...config.ALLOWED_HOSTS],
    faults: config.FAULTS === 'on',
  })
  await runService({
    logger,
    health,
    app,
    at: { host: config.HOST, port: config.PORT, socketPath: config.SOCKET_PATH },
    drainDelayMs: config.DRAIN_DELAY_MS,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MS,
    onListening: () => setTimeout(telemetry.loadRest, LOAD_REST_MS).unref(),
    onClosed: telemetry.shutdown,
  })
})
