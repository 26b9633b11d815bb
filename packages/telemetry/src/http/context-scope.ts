import { type Context, context } from '@opentelemetry/api'
import { createRequestScope } from '@throughline/propagation/request-scope'

/** Runs the events of request and response in the context of the request, whatever manager holds it. */
export const contextScope = createRequestScope<Context>({
  active: () => context.active(),
  run: (requestContext, emit, emitter, args) => context.with(requestContext, emit, emitter, ...args),
})
