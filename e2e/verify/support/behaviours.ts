import type { AppBehaviour } from './fixture-app.ts'
import { b3multi, composite, tracecontext } from './propagators.ts'

export const w3cApp: AppBehaviour = { reads: tracecontext, writes: tracecontext }
export const b3App: AppBehaviour = { reads: b3multi, writes: b3multi }
export const bothApp = (...order: Parameters<typeof composite>): AppBehaviour => ({
  reads: composite(...order),
  writes: composite(...order),
})

const carried = ['traceparent', 'tracestate', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-request-id']

/** No SDK, and every header copied by hand: the minimum that a mesh requires of an app. */
export const forwardingApp: AppBehaviour = {
  silent: true,
  rewrite: (outgoing, incoming) => ({
    ...outgoing,
    ...Object.fromEntries(carried.flatMap((name) => (incoming[name] === undefined ? [] : [[name, incoming[name]]]))),
  }),
}

export const carriesRequestId: AppBehaviour['rewrite'] = (outgoing, incoming) => ({
  ...outgoing,
  ...(typeof incoming['x-request-id'] === 'string' && { 'x-request-id': incoming['x-request-id'] }),
})
