// @ts-check
import { byId, setText } from '../shared/dom.js'
import { formatClock, formatShortId } from '../shared/format.js'
import { parseTraceId } from '../shared/wire.js'
import { createExplanations, lookUpTrace } from './trace-lookup.js'
import { createHopDetailView } from './hop-detail-view.js'
import { describeHop } from './hop-detail-model.js'
import { findOtherHalf } from './other-half.js'
import { compareTraces } from './trace-changes.js'
import { createTracePoller } from './trace-poller.js'
import { createTraceTools } from './trace-tools.js'
import { createVerdictView } from './verdict-view.js'
import { createWaterfallView } from './waterfall-view.js'

/**
 * @typedef {import('./trace-model.js').TraceModel} TraceModel
 * @typedef {import('./trace-model.js').Row} Row
 * @typedef {import('./trace-changes.js').TraceChanges} TraceChanges
 * @typedef {import('./trace-poller.js').FollowedTrace} FollowedTrace
 *
 * @typedef {object} TraceViewOptions
 * @property {(model: TraceModel, followedTrace: FollowedTrace, brokenAt: string | null) => void} onSettled called for
 * traces that were followed, not for a held one; `brokenAt`: the application that did not propagate
 * @property {() => void} onDetail a span was selected
 * @property {(traceId: string) => void} onHeld the trace that is held; empty when none is
 */

/** A request that the viewer sent stays on screen this long before newer ones replace it. */
const SENT_MS = 6000
/** A wall display shows a span's details from the start. */
const WALL = '(min-width: 160rem) and (min-height: 85rem)'
/** Marks of changes stay this long, because the next request, a second later, shows no difference. */
const MARKED_MS = 12_000

/**
 * The trace panel: follows the newest trace, or holds the one that was chosen, which the address `?trace=` names.
 *
 * @param {TraceViewOptions} options
 * @returns {{ offer(followedTrace: FollowedTrace): void, showSent(followedTrace: FollowedTrace): Promise<void>,
 * explain(text: string): void, explainNoTraces(traceUiUrl: string | null, traceId: string | null): void, choose(traceId: string): void, useLinks(traceUiUrl: string |
 * null): void, closeDetail(): void, know(facts: Partial<import('./verdict-view.js').PathFacts>): void }}
 */
export function createTraceView({ onSettled, onHeld, onDetail }) {
  let held = parseTraceId(new URLSearchParams(location.search).get('trace'))
  /** The trace that the panel names; empty while it names none. */
  let named = held ?? ''
  /** Spans of the last whole trace: a request of this browser may pass one sidecar more. */
  const spans = { followed: 0, sent: 0 }
  let sentAtMs = Number.NEGATIVE_INFINITY
  /** When the request that the viewer sent last ended, by the dashboard's clock. */
  let sentEndedMs = Number.NEGATIVE_INFINITY
  let sentUntilMs = Number.NEGATIVE_INFINITY
  /** @type {TraceModel | undefined} */
  let shown
  /** @type {TraceModel | undefined} the last trace that was followed to its end */
  let previous
  /** @type {{ changes: TraceChanges, untilMs: number } | undefined} */
  let marked
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
      if (picked === null && row !== null) onDetail()
      picked = row
      drawDetail()
    },
    onShowOther: (traceId) => choose(traceId),
  })

  const verdict = createVerdictView((drawn) => waterfall.showVerdict(drawn))

  /** @param {string} traceId */
  const name = (traceId) => {
    named = traceId
    tools.show(named, { held: held !== null, sent: performance.now() < sentUntilMs })
  }

  /** @param {TraceModel} model */
  const withOtherHalf = (model) => {
    const otherHalf = findOtherHalf(model, explanations.get(model.traceId))
    const problems = model.problems.filter(({ code }) => otherHalf === undefined || code !== 'missing-upstream')
    return { ...model, problems: otherHalf === undefined ? problems : [otherHalf, ...problems] }
  }

  /**
   * @param {TraceModel} model
   * @param {import('./verdict-view.js').TraceFacts} facts
   */
  const show = (model, facts) => {
    shown = withOtherHalf(model)
    const first = waterfall.isEmpty()
    waterfall.show(shown)
    verdict.show(shown, facts)
    if (first && matchMedia(WALL).matches) waterfall.pick(shown.rows.at(-1) ?? null)
    name(shown.traceId)
  }

  /** @param {TraceModel} model */
  const compare = (model) => {
    const changes = previous === undefined ? undefined : compareTraces(previous, model)
    previous = model
    if (changes !== undefined && changes.summary !== '') {
      marked = { changes, untilMs: performance.now() + MARKED_MS }
      byId('changes').hidden = false
      setText(byId('changes-text'), `Changed at ${formatClock(new Date())}: ${changes.summary}`)
    }
  }
  const drawChanges = () => {
    const current = marked !== undefined && performance.now() < marked.untilMs ? marked.changes : null
    waterfall.showChanges(held === null ? current : null)
    byId('changes').toggleAttribute('data-fresh', current !== null)
  }

  /** @param {string | null} traceId */
  const hold = (traceId) => {
    held = traceId
    sentUntilMs = Number.NEGATIVE_INFINITY
    history.replaceState(null, '', held === null ? '/' : `/?trace=${held}`)
    name(held ?? named)
    drawChanges()
    onHeld(held ?? '')
  }

  /** @param {FollowedTrace} followedTrace */
  const lookUp = async (followedTrace) => {
    const [trace] = await Promise.all([lookUpTrace(followedTrace), explanations.read(followedTrace.traceId)])
    return trace
  }
  /** @param {TraceModel} model */
  const isExplained = (model) => findOtherHalf(model, explanations.get(model.traceId)) !== undefined

  /**
   * @param {TraceModel} model
   * @param {FollowedTrace} followedTrace
   * @param {'followed' | 'sent'} source
   */
  const settle = (model, followedTrace, source) => {
    if (model.problems.length === 0 && followedTrace.state === 'connected') spans[source] = model.rows.length
    const caller = model.rows.find((row) => !row.proxy)?.service ?? null
    onSettled(model, followedTrace, isExplained(model) ? caller : null)
  }

  const follower = createTracePoller({
    lookUp,
    isExplained,
    expectedSpans: () => spans.followed,
    onSettled(model, followedTrace, offeredMs) {
      // What the viewer sent stays on screen, until something changes.
      const differs = previous !== undefined && compareTraces(previous, model).summary !== ''
      const isOlder = offeredMs < sentAtMs || (followedTrace.atMs ?? sentEndedMs) < sentEndedMs
      // Until then it may still be arriving.
      if (isOlder || sentUntilMs === Number.POSITIVE_INFINITY) return
      if (performance.now() < sentUntilMs && !differs) return
      sentUntilMs = Number.NEGATIVE_INFINITY
      settle(model, followedTrace, 'followed')
      if (held !== null) return
      compare(model)
      show(model, { state: followedTrace.state, complete: true })
      drawChanges()
    },
    onMissing(reason, followedTrace) {
      if (held === null)
        waterfall.note(`Trace ${formatShortId(followedTrace.traceId)} did not arrive within 8 s. ${reason}`)
    },
  })

  /**
   * One trace, looked up by its id, each version of it shown as it arrives.
   *
   * @param {FollowedTrace} followedTrace
   * @param {{ isWanted: () => boolean, onSettled?: (model: TraceModel) => void }} options
   */
  const read = (followedTrace, { isWanted, onSettled: done = () => {} }) => {
    const { state } = followedTrace
    const poller = createTracePoller({
      lookUp,
      onFound: (model) => isWanted() && show(model, { state, complete: false }),
      onSettled(model) {
        if (!isWanted()) return
        done(model)
        show(model, { state, complete: true })
        drawChanges()
      },
      onMissing: (reason) =>
        isWanted() && waterfall.note(`No trace ${formatShortId(followedTrace.traceId)} here. ${reason}`),
      // Looked up by its id, it may be old or broken: it is complete once it stops growing.
      isExplained: (model) => state === null || isExplained(model),
      expectedSpans: () => spans.sent,
    })
    return poller.offer(followedTrace)
  }

  /** @param {string} traceId */
  const choose = (traceId) => {
    hold(traceId)
    waterfall.note(`Reading trace ${formatShortId(traceId)}…`)
    void read({ traceId, state: null, appSpans: true }, { isWanted: () => held === traceId })
  }

  name(named)
  if (held !== null) choose(held)

  return {
    offer: (followedTrace) => void follower.offer(followedTrace),
    async showSent(followedTrace) {
      if (held !== null) hold(null)
      sentAtMs = performance.now()
      sentUntilMs = Number.POSITIVE_INFINITY
      const { traceId, atMs } = followedTrace
      sentEndedMs = atMs ?? Number.NEGATIVE_INFINITY
      name(traceId)
      await read(followedTrace, {
        isWanted: () => held === null && named === traceId,
        onSettled(model) {
          sentUntilMs = performance.now() + SENT_MS
          settle(model, followedTrace, 'sent')
          compare(model)
        },
      })
      if (sentUntilMs === Number.POSITIVE_INFINITY) sentUntilMs = Number.NEGATIVE_INFINITY
    },
    explain(text) {
      if (held === null) waterfall.note(text)
    },
    explainNoTraces(traceUiUrl, traceId) {
      if (held !== null) return
      waterfall.note(
        traceUiUrl === null
          ? 'No traces to show: this dashboard has no trace backend (TRACE_QUERY_URL).'
          : 'The waterfall needs a Jaeger-shaped API (TRACE_QUERY_URL). Open the trace in its own page.',
      )
      if (traceUiUrl !== null && traceId !== null) name(traceId)
    },
    choose,
    know: (known) => verdict.know(known),
    closeDetail: () => waterfall.pick(null),
    useLinks: (traceUiUrl) => tools.useLinks(traceUiUrl),
  }
}
