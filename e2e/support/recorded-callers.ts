import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { forwardHeaders } from '@throughline/propagation'

export type Headers = Readonly<Record<string, string>>

/** What one caller sends, by its name and situation. */
export interface CallerCell {
  caller: string
  situation: string
  headers: Headers
}

const file = path.resolve(import.meta.dirname, '../../packages/propagation/conformance/callers/callers.json')
const recorded = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, Record<string, Headers>>

const TRACE = '65a8d3c1f2e94b7081f198ee56343ba8'

/** What this project sends for a span that is not the one in the `traceparent` it received. */
function ours(tracestate: string | undefined): Headers {
  const [received, sent] = ['fedcba9876543210', '0123456789abcdef']
  return forwardHeaders({
    'x-b3-traceid': TRACE,
    'x-b3-spanid': sent,
    'x-b3-parentspanid': received,
    'x-b3-sampled': '1',
    ...(tracestate !== undefined && { traceparent: `00-${TRACE}-${received}-01`, tracestate }),
  })
}

/** Every caller in every situation: the recorded ones, this project, and one without tracing. */
export const callerCells: readonly CallerCell[] = [
  ...Object.entries(recorded).flatMap(([caller, situations]) =>
    Object.entries(situations).map(([situation, headers]) => ({ caller, situation, headers })),
  ),
  { caller: 'ours', situation: 'at the root', headers: ours(undefined) },
  { caller: 'ours', situation: 'called with a tracestate', headers: ours('congo=t61rcWkgMzE') },
  { caller: 'none', situation: 'at the root', headers: {} },
]

const ID = /(?<![0-9a-f])(?:[0-9a-f]{16}){1,2}(?![0-9a-f])/g
const DECIMAL_IDS = new Set(['x-datadog-trace-id', 'x-datadog-parent-id'])

/** The same headers with unique ids: the same bits are flipped in every 64. */
export function withFreshIds(headers: Headers): Record<string, string> {
  const mask = BigInt(`0x${randomBytes(8).toString('hex')}`)
  const flip = (word: string): string => (BigInt(`0x${word}`) ^ mask).toString(16).padStart(16, '0')
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (DECIMAL_IDS.has(name)) return [name, String(BigInt(value) ^ mask)]
      return [
        name,
        value.replace(ID, (id) => (id.length === 16 ? flip(id) : flip(id.slice(0, 16)) + flip(id.slice(16)))),
      ]
    }),
  )
}

/** The headers that Istio's documentation tells an application to copy from each request to its calls. */
const ISTIO_HEADERS = /^(?:x-request-id|x-b3-(?:traceid|spanid|parentspanid|sampled|flags)|b3|traceparent|tracestate)$/

/** An application without any library, which copies those headers. */
export function copiedByHand(received: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(received).filter(([name]) => ISTIO_HEADERS.test(name)))
}

/**
 * OpenTelemetry with `tracecontext` in an application that also copies `x-b3-*`: a span of its own in the trace of the
 * `traceparent` it received, and the list that came with that unless it was empty.
 */
export function copiedBesideOpenTelemetry(received: Headers): Record<string, string> {
  const traceId = received['traceparent']?.slice(3, 35) ?? randomBytes(16).toString('hex')
  const { tracestate } = received
  const copied = Object.entries(received).filter(([name]) => name.startsWith('x-b3-'))
  return {
    ...Object.fromEntries(copied),
    traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
    ...(tracestate && { tracestate }),
  }
}
