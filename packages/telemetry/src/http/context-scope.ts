import { type Context, context } from '@opentelemetry/api'
import { createRequestScope } from '@throughline/propagation/request-scope'

/** Runs the events of request and response in the context of the request, whatever manager holds it. */
export const contextScope = createRequestScope<Context>({
  active: () => context.active(),
  run: (own, emit, emitter, args) => context.with(own, emit, emitter, ...args),
})
