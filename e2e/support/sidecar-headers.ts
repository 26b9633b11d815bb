import type { TraceStore } from '@throughline/trace-store'
import type { Sent } from './propagation-rig.ts'
import { headersOf } from './received.ts'

type Headers = Record<string, string>

/** One context in each format that a caller may use, alone. */
export const formats: Record<string, (traceId: string, spanId: string) => Headers> = {
  traceparent: (traceId, spanId) => ({ traceparent: `00-${traceId}-${spanId}-01` }),
  'x-b3-*': (traceId, spanId) => ({ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' }),
  b3: (traceId, spanId) => ({ b3: `${traceId}-${spanId}-1` }),
  'x-datadog-*': (traceId, spanId) => ({
    'x-datadog-trace-id': String(BigInt(`0x${traceId.slice(16)}`)),
    'x-datadog-parent-id': String(BigInt(`0x${spanId}`)),
    'x-datadog-sampling-priority': '1',
    'x-datadog-tags': `_dd.p.tid=${traceId.slice(0, 16)}`,
  }),
}

/** The header that names the span in each format. */
const telling = {
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  'x-b3-*': 'x-b3-spanid',
  b3: 'b3',
  'x-datadog-*': 'x-datadog-parent-id',
} as const

/** What two sidecars with one tracer do to a request: whether they join its trace, and the headers of each format. */
export interface SidecarTreatment extends Partial<Record<keyof typeof telling, 'left' | 'rewritten' | 'added'>> {
  joined: boolean
}

/** @returns undefined while the sidecars' spans are missing; with tracer none there are none to wait for */
export function treatmentOf(
  store: TraceStore,
  { traceId, spanId, received }: Sent,
  { format, spans }: { format: string; spans: number },
): SidecarTreatment | undefined {
  const [requestId] = received.header('x-request-id')
  const traces = store
    .traces({ limit: 10_000 })
    .map((trace) => ({
      ...trace,
      own: trace.spans.filter(({ tags }) => tags.some(({ value }) => value === requestId)),
    }))
    .filter(({ own }) => own.length > 0)
  if (traces.reduce((sum, { own }) => sum + own.length, 0) < spans) return undefined
  const sent = formats[format]?.(traceId, spanId) ?? {}
  const arrived = headersOf(received)
  const changes = Object.entries(telling).flatMap(([name, header]) => {
    const value = arrived[header]
    if (value === undefined) return []
    const before = sent[header]
    return [[name, before === undefined ? 'added' : before === value ? 'left' : 'rewritten'] as const]
  })
  return { joined: traces.some(({ traceID }) => traceID === traceId), ...Object.fromEntries(changes) }
}
