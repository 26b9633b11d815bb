// @ts-check
import { formatShortId } from '../shared/format.js'
import { isSameTrace, readContext } from './context-headers.js'

/**
 * @typedef {import('./trace-model.js').TraceModel} TraceModel
 * @typedef {import('./trace-model.js').Problem} Problem
 * @typedef {import('./parse-explanation.js').Hop} Explanation
 * @typedef {import('./parse-explanation.js').Call} Call
 */

/**
 * What the headers of a request tell of its trace beyond its spans: where the rest of it is, or why there is none. They
 * are evidence: what left one application against what reached the next.
 *
 * @param {TraceModel} model
 * @param {Explanation | null} explanation
 * @returns {Problem | undefined} `traceId`: the trace of the rest
 */
export function findOtherHalf(model, explanation) {
  const call = explanation?.calls[0]
  if (explanation === null || call?.hop == null) return undefined
  return (
    findOtherCaller(model, explanation.service, call) ??
    findProxiesApart(model, explanation.service, call) ??
    findUnsampled(model, explanation.service, call)
  )
}

/**
 * The next application was called from another trace.
 *
 * @param {TraceModel} model
 * @param {string} caller
 * @param {Call} call
 * @returns {Problem | undefined}
 */
function findOtherCaller({ traceId, suspects }, caller, { sent, hop }) {
  const other = hop?.caller?.traceId
  if (other === undefined || isSameTrace(other, traceId)) return undefined
  const none = sent.length === 0
  return {
    code: 'other-trace',
    text: `The headers that reached ${hop?.service} name another trace, ${formatShortId(other)}.`,
    cause: none
      ? `${caller} sent no trace headers, so the next sidecar started a new trace. Propagation is off or missing in ${caller}.`
      : 'A proxy replaced its headers on the way: it does not read their format, or does not trust its caller.',
    finding: nameSuspect(suspects, none ? 'TLV101' : 'TLV103'),
    traceId: other,
  }
}

/**
 * A proxy between the applications put a trace of its own beside theirs, in a format that they don't read.
 *
 * @param {TraceModel} model
 * @param {string} caller
 * @param {Call} call
 * @returns {Problem | undefined}
 */
function findProxiesApart({ traceId, suspects }, caller, { sent, hop }) {
  const other = changedContexts(sent, hop?.received ?? []).find((context) => !isSameTrace(context.traceId, traceId))
  if (other === undefined) return undefined
  return {
    code: 'proxies-apart',
    text: `A proxy between ${caller} and ${hop?.service} traced this call apart, in ${formatShortId(other.traceId)}${other.sampled ? '' : ', which is not sampled'}.`,
    cause: `It does not read the format of the headers that ${caller} sent, so it started a trace of its own.`,
    finding: nameSuspect(suspects, 'TLV103'),
    ...(other.sampled && { traceId: other.traceId.padStart(32, '0') }),
  }
}

/**
 * A proxy between the applications decided against recording what is behind it.
 *
 * @param {TraceModel} model
 * @param {string} caller
 * @param {Call} call
 * @returns {Problem | undefined}
 */
function findUnsampled({ traceId, suspects, reachesUpstream }, caller, { sent, hop }) {
  const wasSampled = sent.some((header) => readContext(header, sent)?.sampled === true)
  const now = changedContexts(sent, hop?.received ?? []).find((context) => isSameTrace(context.traceId, traceId))
  if (reachesUpstream || !wasSampled || now?.sampled !== false) return undefined
  return {
    code: 'unsampled',
    text: `A proxy between ${caller} and ${hop?.service} switched sampling off for this call, so what is behind it left no span.`,
    cause: `${caller} sent it as sampled: the proxy samples fewer requests than its callers.`,
    finding: nameSuspect(suspects, 'TLV202'),
  }
}

/**
 * The contexts that arrived other than they left, in trace or decision: proxies wrote them.
 *
 * @param {import('./parse-explanation.js').Header[]} sent
 * @param {import('./parse-explanation.js').Header[]} received
 */
function changedContexts(sent, received) {
  return received.flatMap((header) => {
    const now = readContext(header, received)
    const left = sent.find(({ name }) => name === header.name)
    const before = left === undefined ? undefined : readContext(left, sent)
    const isUnchanged = now?.traceId === before?.traceId && now?.sampled === before?.sampled
    return now === undefined || isUnchanged ? [] : [now]
  })
}

/**
 * @param {TraceModel['suspects']} suspects
 * @param {string} id
 */
function nameSuspect(suspects, id) {
  return suspects.find((suspect) => suspect.id === id) ?? null
}
