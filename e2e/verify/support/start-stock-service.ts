import path from 'node:path'
import {
  accepts,
  createProgram,
  type StockLanguage,
  startReaper,
  stockServices,
  takeFreePort,
  temporaryFolder,
} from '@throughline/lab-programs'
import { startAll } from '../../support/start-all.ts'

/** A program of its own, with the OpenTelemetry SDK of its language as its documentation sets it up. */
export interface StockApp {
  stock: StockLanguage
  /** Variables that differ from the defaults of OpenTelemetry, such as OTEL_PROPAGATORS. */
  env?: Record<string, string>
}

export interface StockOptions {
  name: string
  app: StockApp
  /** `http://host:port` that it calls for each request; default none. */
  upstream?: string | undefined
  /** `host:port` of an OTLP/HTTP receiver. */
  collector: string
}

/** Starts a service with stock OpenTelemetry, and waits until it listens. */
export function startStockService({ name, app, upstream, collector }: StockOptions) {
  return startAll(async (keep) => {
    const service = (await stockServices())[app.stock]
    const port = await takeFreePort()
    const folder = keep(await temporaryFolder())
    const reaper = await startReaper({ folder: folder.path })
    keep({ [Symbol.asyncDispose]: reaper.close })
    const program = createProgram({
      name,
      command: service.command,
      args: service.args,
      env: {
        ...service.env,
        PORT: String(port),
        ...(upstream !== undefined && { UPSTREAM_URL: upstream }),
        OTEL_SERVICE_NAME: name,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${collector}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_BSP_SCHEDULE_DELAY: '100',
        ...app.env,
      },
      cwd: folder.path,
      logFile: path.join(folder.path, `${name}.log`),
      reaper,
      readyTimeoutMs: 60_000,
      // Not a request, which would leave spans.
      isReady: () => accepts('127.0.0.1', port),
    })
    keep({ [Symbol.asyncDispose]: program.stop })
    await program.start()
    return { url: `http://127.0.0.1:${port}`, port }
  })
}
