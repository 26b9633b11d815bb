import type { JaegerSpan, TraceStore } from '@throughline/trace-store'
import { isSidecar, kindOf, parentIdOf, serviceOf } from '@throughline/lab-testkit'
import type { Sent } from './propagation-rig.ts'

const places = ['dashboard', 'client', 'dashboard sidecar', 'counting sidecar', 'counting'] as const
type Place = (typeof places)[number]

/** The shape of one request's spans: the parent of each hop after the client's span, and the number of traces. */
export type RequestShape = Partial<Record<Place, Place | 'none' | 'unknown'>> & { traces: number }

interface Known {
  span: JaegerSpan
  place: Place
}

/**
 * Finds the spans of one request in any trace, and describes their edges: the sidecars' by the
 * request id that counting received, the services' by their names, which no other request shares.
 *
 * @returns undefined while a span is missing
 */
export function shapeOf(
  store: TraceStore,
  { received, at }: Sent,
  { serviceName, spans }: { serviceName: string; spans: number },
): RequestShape | undefined {
  const [requestId = ''] = received.header('x-request-id')
  const known: Known[] = []
  for (const trace of store.traces({ limit: 10_000 })) {
    for (const span of trace.spans) {
      if (span.startTime < at) continue
      const isServer = kindOf(span) === 'server'
      const service = serviceOf(trace, span)
      if (isSidecar(span)) {
        if (!span.tags.some(({ value }) => requestId !== '' && value === requestId)) continue
        known.push({ span, place: isServer ? 'counting sidecar' : 'dashboard sidecar' })
      } else if (service === `counting ${serviceName}`) known.push({ span, place: 'counting' })
      else if (service === `dashboard ${serviceName}`) known.push({ span, place: isServer ? 'dashboard' : 'client' })
    }
  }
  if (known.length < spans) return undefined
  const placeOf = (id: string | undefined): Place | 'none' | 'unknown' =>
    id === undefined ? 'none' : (known.find(({ span }) => span.spanID === id)?.place ?? 'unknown')
  const parents = places
    .flatMap((place) => known.filter((span) => span.place === place))
    .filter(({ place }) => place !== 'dashboard' && place !== 'client')
    .map(({ place, span }) => [place, placeOf(parentIdOf(span))] as const)
  return { ...Object.fromEntries(parents), traces: new Set(known.map(({ span }) => span.traceID)).size }
}
