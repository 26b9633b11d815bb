import type { TelemetryConfig } from './config.ts'
import { HttpClientInstrumentation } from './http/client-instrumentation.ts'
import { HttpServerInstrumentation } from './http/http-server.ts'
import type { Instrumentation } from './http/tracer-instrumentation.ts'
import type { TelemetryOptions } from './telemetry.ts'

/** Exactly one source of spans and one of outgoing headers for each request, as `TRACE_INSTRUMENTATION` asks. */
export async function loadInstrumentations(
  { instrumentation, sampler }: TelemetryConfig,
  { shouldTrace, shouldForward }: Pick<TelemetryOptions, 'shouldTrace' | 'shouldForward'>,
): Promise<Instrumentation[]> {
  if (instrumentation === 'stock') {
    const { loadStockInstrumentations } = await import('./stock.ts')
    return [
      ...(await loadStockInstrumentations(shouldTrace)),
      new HttpClientInstrumentation({ httpSpans: false, shouldForward }),
    ]
  }
  const skipUnsampled = sampler.startsWith('parentbased_') || sampler === 'always_off'
  return [
    new HttpServerInstrumentation({ shouldTrace, skipUnsampled }),
    new HttpClientInstrumentation({ shouldForward }),
  ]
}
