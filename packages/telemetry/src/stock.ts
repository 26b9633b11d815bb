import module from 'node:module'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { isTraced, type ShouldTrace } from './http/should-trace.ts'

/**
 * OpenTelemetry's own http and express instrumentation, set so that a request leaves one server span and each call one
 * client span: Express's layers give `http.route` but no spans of their own.
 *
 * Registers import-in-the-middle, so a module that is imported before this has run is not instrumented.
 */
export async function loadStockInstrumentations(shouldTrace: ShouldTrace | undefined): Promise<Instrumentation[]> {
  module.register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
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
