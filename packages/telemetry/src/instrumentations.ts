import type { TelemetryConfig } from './config.ts'
import { HttpClientInstrumentation } from './http/client-instrumentation.ts'
import { HttpServerInstrumentation } from './http/http-server.ts'
import type { ShouldTrace } from './http/should-trace.ts'
import type { Instrumentation } from './http/tracer-instrumentation.ts'

/** Exactly one source of spans and one of outgoing headers for each request, as `TRACE_INSTRUMENTATION` asks. */
export async function loadInstrumentations(
  { instrumentation, sampler }: TelemetryConfig,
  shouldTrace: ShouldTrace | undefined,
): Promise<Instrumentation[]> {
  if (instrumentation === 'stock') {
    const { loadStockInstrumentations } = await import('./stock.ts')
    return [...(await loadStockInstrumentations(shouldTrace)), new HttpClientInstrumentation({ httpSpans: false })]
  }
  const skipUnsampled = sampler.startsWith('parentbased_') || sampler === 'always_off'
  return [new HttpServerInstrumentation({ shouldTrace, skipUnsampled }), new HttpClientInstrumentation()]
}
