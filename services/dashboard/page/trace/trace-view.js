// @ts-check
import { requestJson } from '../shared/api.js'
import { formatShortId } from '../shared/format.js'
import { describeHop, findOtherHalf } from './hop-detail-model.js'
import { createHopDetailView } from './hop-detail-view.js'
import { parseExplanation } from './parse-explanation.js'
import { parseTrace } from './parse-trace.js'
import { createTracePoller } from './trace-poller.js'
import { createTraceTools } from './trace-tools.js'
import { createWaterfallView } from './waterfall-view.js'
import { isRecord, parseErrorMessage, parseTraceId } from '../shared/wire.js'

/**
 * @typedef {import('./trace-model.js').TraceModel} TraceModel
 * @typedef {import('./trace-model.js').Row} Row
 * @typedef {import('./trace-poller.js').Lookup} Lookup
 * @typedef {import('./trace-poller.js').FollowedTrace} FollowedTrace
 * @typedef {import('./parse-explanation.js').Hop} Explanation
 *
 * @typedef {object} TraceViewOptions
 * @property {(model: TraceModel, followedTrace: FollowedTrace, brokenAt: string | null) => void} onSettled called for traces that were followed, not for a held one; `brokenAt`: the application that did not carry the trace on
 * @property {(traceId: string) => void} onHeld the trace that is held; empty when none is
 */

/**
 * The trace panel: follows the newest trace, or holds the one that was chosen, which the address `?trace=` names.
 *
 * @param {TraceViewOptions} options
 * @returns {{ offer(followedTrace: FollowedTrace): void, explain(text: string, traceId?: string | null): void, choose(traceId: string): void, useLinks(traceUiUrl: string | null): void }}
 */
export function createTraceView({ onSettled, onHeld }) {
  let held = parseTraceId(new URLSearchParams(location.search).get('trace'))
  /** The trace that the panel names; empty while it names none. */
  let named = held ?? ''
  let spans = 0
  /** @type {TraceModel | undefined} */
  let shown
  /** @type {Row | null} */
  let picked = null
  const explanations = createExplanations()

  const tools = createTraceTools({
    onHold: () => hold(named || null),
    onFollow: () => hold(null),
  })
  const detail = createHopDetailView({ onClose: () => waterfall.pick(null) })
  const drawDetail = () => {
    if (picked === null || shown === undefined) return detail.show(null)
    detail.show(describeHop(picked, shown, explanations.get(shown.traceId)))
  }
  const waterfall = createWaterfallView({
    onPick(row) {
      picked = row
      drawDetail()
    },
    onShowOther: (traceId) => choose(traceId),
  })

  /** @param {string} traceId */
  const name = (traceId) => {
    named = traceId
    tools.show(named, held !== null)
  }

  /** @param {TraceModel} model */
  const show = (model) => {
    const other = findOtherHalf(model, explanations.get(model.traceId))
    const problems = model.problems.filter(({ code }) => other === undefined || code !== 'missing-upstream')
    shown = { ...model, problems: other === undefined ? problems : [other, ...problems] }
    waterfall.show(shown)
    name(shown.traceId)
  }

  /** @param {string | null} traceId */
  const hold = (traceId) => {
    held = traceId
    history.replaceState(null, '', held === null ? '/' : `/?trace=${held}`)
    name(held ?? named)
    onHeld(held ?? '')
  }

  /** @param {FollowedTrace} followedTrace */
  const lookUp = async (followedTrace) => {
    const [trace] = await Promise.all([lookUpTrace(followedTrace), explanations.read(followedTrace.traceId)])
    return trace
  }

  const follower = createTracePoller({
    lookUp,
    isExplained: (model) => findOtherHalf(model, explanations.get(model.traceId)) !== undefined,
    expectedSpans: () => spans,
    onSettled(model, followedTrace) {
      if (model.problems.length === 0 && followedTrace.state === 'connected') spans = model.rows.length
      const apart = findOtherHalf(model, explanations.get(model.traceId)) !== undefined
      const caller = model.rows.find((row) => !row.proxy)?.service ?? null
      onSettled(model, followedTrace, apart ? caller : null)
      if (held === null) show(model)
    },
    onMissing(reason, followedTrace) {
      if (held === null)
        waterfall.note(`Trace ${formatShortId(followedTrace.traceId)} did not arrive within 8 s. ${reason}`)
    },
  })

  /** @param {string} traceId */
  const read = async (traceId) => {
    waterfall.note(`Reading trace ${formatShortId(traceId)}…`)
    const one = createTracePoller({
      lookUp,
      // Asked for by name, it is shown at once: most are old and won't grow.
      onFound: (model) => held === traceId && show(model),
      onSettled: () => {},
      onMissing: (reason) => held === traceId && waterfall.note(`No trace ${formatShortId(traceId)} here. ${reason}`),
      // Old or broken, it is as complete as it gets once it stands still.
      isExplained: () => true,
    })
    await one.offer({ traceId, state: null })
  }

  /** @param {string} traceId */
  const choose = (traceId) => {
    hold(traceId)
    void read(traceId)
  }

  name(named)
  if (held !== null) choose(held)

  return {
    offer(followedTrace) {
      void follower.offer(followedTrace)
    },
    explain(text, traceId = null) {
      if (held !== null) return
      waterfall.note(text)
      if (traceId !== null) name(traceId)
    },
    choose,
    useLinks: (traceUiUrl) => tools.useLinks(traceUiUrl),
  }
}

/** What the dashboard remembers of the newest requests that were asked for; a handful is enough. */
function createExplanations() {
  /** @type {Map<string, Explanation | null>} */
  const known = new Map()
  return {
    /** @param {string} traceId */
    get: (traceId) => known.get(traceId) ?? null,
    /** @param {string} traceId */
    async read(traceId) {
      if (known.has(traceId)) return
      const answer = await requestJson(`/api/requests/${traceId}`)
      const body = answer.kind === 'json' && isRecord(answer.body) ? answer.body['explain'] : undefined
      known.set(traceId, parseExplanation(body) ?? null)
      for (const oldest of known.keys()) {
        if (known.size <= 8) break
        known.delete(oldest)
      }
    },
  }
}

/**
 * @param {FollowedTrace} followedTrace
 * @returns {Promise<Lookup>}
 */
async function lookUpTrace({ traceId, state }) {
  const answer = await requestJson(`/api/traces/${traceId}${state === 'connected' ? '?answered=true' : ''}`)
  if (answer.kind === 'lost') return { absent: answer.reason }
  if (answer.status === 404) return { absent: 'It was not sampled, or not reported.' }
  if (answer.status >= 400) return { absent: parseErrorMessage(answer.body) ?? `HTTP ${answer.status}` }
  const trace = parseTrace(answer.body)
  return trace === undefined ? { absent: 'The trace backend’s answer is not a trace.' } : { trace }
}
