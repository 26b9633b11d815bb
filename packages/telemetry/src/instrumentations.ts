import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { TelemetryConfig } from './config.ts'
import { AxiosInstrumentation } from './http/http-client.ts'
import { HttpServerInstrumentation, type HttpServerConfig } from './http/http-server.ts'
import type { Telemetry } from './telemetry.ts'

export interface Instrumentations {
  instrumentations: Instrumentation[]
  instrumentAxios: Telemetry['instrumentAxios']
}

/** Exactly one source of spans and of outgoing headers, as `TRACE_INSTRUMENTATION` asks. */
export async function loadInstrumentations(
  { instrumentation, sampler }: TelemetryConfig,
  { contextManager, shouldTrace }: HttpServerConfig,
): Promise<Instrumentations> {
  if (instrumentation === 'stock') {
    const { loadStockInstrumentations } = await import('./stock.ts')
    // The stock instrumentation sits below axios, in node:http: a second span and a second writer are not wanted.
    return { instrumentations: await loadStockInstrumentations(shouldTrace), instrumentAxios: () => () => {} }
  }
  const axios = new AxiosInstrumentation()
  const skipUnsampled = sampler.startsWith('parentbased_') || sampler === 'always_off'
  return {
    instrumentations: [new HttpServerInstrumentation({ contextManager, shouldTrace, skipUnsampled }), axios],
    instrumentAxios: (instance) => axios.instrument(instance),
  }
}
