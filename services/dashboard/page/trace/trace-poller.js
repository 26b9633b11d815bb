// @ts-check
import { buildTraceModel } from './trace-model.js'

/**
 * @typedef {import('./parse-trace.js').Trace} Trace
 * @typedef {import('./trace-model.js').TraceModel} TraceModel
 * @typedef {{ traceId: string, state: import('../shared/wire.js').CallState | null, appSpans: boolean, atMs?: number |
 * null }} FollowedTrace `state`: how the call went; null when not known. `appSpans`: the applications report spans too.
 * `atMs`: when it ended
 * @typedef {{ trace: Trace } | { absent: string }} Lookup
 *
 * @typedef {object} TracePollerOptions
 * @property {(followedTrace: FollowedTrace) => Promise<Lookup>} lookUp
 * @property {(model: TraceModel, followedTrace: FollowedTrace, offeredMs: number) => void} onSettled the trace is complete,
 * or as complete as it got in time; `offeredMs`: when it was offered, by `now`
 * @property {(reason: string, followedTrace: FollowedTrace) => void} onMissing nothing was found in time
 * @property {(model: TraceModel) => void} [onFound] each version of the trace on the way there
 * @property {(model: TraceModel) => boolean} [isExplained] whether the cause of the break is known
 * @property {() => number} [expectedSpans] how many spans the last whole trace of such a call had; 0 = not known
 * @property {(ms: number) => Promise<void>} [wait]
 * @property {() => number} [now] milliseconds
 */

const GIVE_UP_MS = 8000
const QUIET_MS = 2500
/** A break whose cause is known needs no long wait: only one program reports the spans of this part. */
const EXPLAINED_QUIET_MS = 600
const RETRY_MS = 300

/**
 * Polls one trace at a time from "not there yet" to complete. Its spans come from several programs that each flush on
 * their own, so a trace grows for a while. Of the traces offered meanwhile, only the last is polled next: the last whole
 * trace stays on screen instead of a series of partial ones, and what a switch changed is seen without more traffic.
 *
 * @param {TracePollerOptions} options
 * @returns {{ offer(followedTrace: FollowedTrace): Promise<void>, readonly polling: boolean }}
 */
export function createTracePoller({
  lookUp,
  onSettled,
  onMissing,
  onFound = () => {},
  isExplained = () => false,
  expectedSpans = () => 0,
  wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  now = () => performance.now(),
}) {
  let polling = false
  /** @type {{ followedTrace: FollowedTrace, offeredMs: number } | undefined} the last one offered while another is polled */
  let next
  // Spans are flushed on a timer, so an immediate lookup finds nothing: start where the last poll ended.
  let usualMs = 0

  /** @param {{ followedTrace: FollowedTrace, offeredMs: number }} offered */
  const poll = async ({ followedTrace, offeredMs }) => {
    const startMs = now()
    let count = 0
    let grewMs = startMs
    let reason = 'It isn’t there yet.'
    /** @type {TraceModel | undefined} */
    let model
    await wait(Math.min(usualMs * 0.8, 2000))
    for (;;) {
      const found = await lookUp(followedTrace)
      if ('absent' in found) reason = found.absent
      else {
        model = buildTraceModel(found.trace)
        if (model.rows.length !== count) {
          count = model.rows.length
          grewMs = now()
        }
        onFound(model)
        const explained = isExplained(model)
        const quiet = now() - grewMs >= (explained ? EXPLAINED_QUIET_MS : QUIET_MS)
        if (isSettled(model, { followedTrace, quiet, explained, expected: expectedSpans() })) {
          usualMs = now() - startMs
          return onSettled(model, followedTrace, offeredMs)
        }
      }
      if (now() - startMs + RETRY_MS > GIVE_UP_MS) break
      await wait(RETRY_MS)
    }
    if (model === undefined || model.rows.length === 0) onMissing(reason, followedTrace)
    else onSettled(model, followedTrace, offeredMs)
  }

  return {
    async offer(followedTrace) {
      next = { followedTrace, offeredMs: now() }
      if (polling) return
      polling = true
      try {
        while (next !== undefined) {
          const offered = next
          next = undefined
          await poll(offered)
        }
      } finally {
        polling = false
      }
    },
    get polling() {
      return polling
    },
  }
}

/**
 * A whole tree that reaches the far application is complete: a span still on its way would leave a gap. A call that
 * ended earlier may lack its last hop without a gap, so its trace must stop growing first.
 *
 * @param {TraceModel} model
 * @param {{ followedTrace: FollowedTrace, quiet: boolean, explained: boolean, expected: number }} seen
 * @returns {boolean}
 */
function isSettled(model, { followedTrace, quiet, explained, expected }) {
  if (model.rows.length === 0) return false
  // Late spans look like a broken trace, unless the break is explained.
  if (model.problems.length > 0) return quiet && explained
  if (model.reachesUpstream) return true
  return quiet || (followedTrace.state === 'denied' && expected > 1 && model.rows.length >= expected - 1)
}
