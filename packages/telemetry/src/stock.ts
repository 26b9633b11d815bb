import module from 'node:module'
import { isTraced, type ShouldTrace } from './http/should-trace.ts'
import type { Instrumentation } from './http/tracer-instrumentation.ts'

/**
 * OpenTelemetry's own http and express instrumentation, set so that a request leaves one server span and each call one
 * client span: Express's layers give `http.route` but no spans of their own.
 *
 * Registers import-in-the-middle, so a module that is imported before this has run is not instrumented.
 */
export async function loadStockInstrumentations(shouldTrace: ShouldTrace | undefined): Promise<Instrumentation[]> {
  // The hook belongs to the copy of @opentelemetry/instrumentation that these two use.
  module.register('@opentelemetry/instrumentation/hook.mjs', import.meta.resolve('@opentelemetry/instrumentation-http'))
  const [{ HttpInstrumentation }, { ExpressInstrumentation, ExpressLayerType }] = await Promise.all([
    import('@opentelemetry/instrumentation-http'),
    import('@opentelemetry/instrumentation-express'),
  ])
  const { MIDDLEWARE, ROUTER, REQUEST_HANDLER } = ExpressLayerType
  return [
    new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => !isTraced(request, shouldTrace) }),
    new ExpressInstrumentation({ ignoreLayersType: [MIDDLEWARE, ROUTER, REQUEST_HANDLER] }),
  ]
}
