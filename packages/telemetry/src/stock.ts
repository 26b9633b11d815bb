import { register } from 'node:module'
import { explainMissing } from './load-optional.ts'
import { isTraced, type ShouldTrace } from './http/should-trace.ts'
import type { Instrumentation } from './http/tracer-instrumentation.ts'

/**
 * OpenTelemetry's own http and express instrumentation, set so that a request leaves one server span and each call one
 * client span: Express's layers give `http.route` but no spans of their own.
 *
 * Registers import-in-the-middle, so a module that is imported before this has run is not instrumented.
 */
export async function loadStockInstrumentations(shouldTrace: ShouldTrace | undefined): Promise<Instrumentation[]> {
  const { HttpInstrumentation, ExpressInstrumentation, ExpressLayerType } = await importInstrumentations()
  const { MIDDLEWARE, ROUTER, REQUEST_HANDLER } = ExpressLayerType
  return [
    new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => !isTraced(request, shouldTrace) }),
    new ExpressInstrumentation({ ignoreLayersType: [MIDDLEWARE, ROUTER, REQUEST_HANDLER] }),
  ]
}

/** A module that finds the copy of the hook that the instrumentations use; in a bundle, they are in this one. */
function hookUser(): string {
  try {
    return import.meta.resolve('@opentelemetry/instrumentation-http')
  } catch {
    return import.meta.url
  }
}

async function importInstrumentations() {
  try {
    register('@opentelemetry/instrumentation/hook.mjs', hookUser())
    const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http')
    const { ExpressInstrumentation, ExpressLayerType } = await import('@opentelemetry/instrumentation-express')
    return { HttpInstrumentation, ExpressInstrumentation, ExpressLayerType }
  } catch (error) {
    throw explainMissing(error, 'TRACE_INSTRUMENTATION=stock', [
      '@opentelemetry/instrumentation-http',
      '@opentelemetry/instrumentation-express',
    ])
  }
}
