// @ts-check
import { verdictOf } from './verdict.js'

/**
 * @typedef {import('./verdict.js').Known} Known
 * @typedef {Pick<Known, 'sidecarsTrace' | 'appSpans' | 'ownService'>} PathFacts what is known of the path
 * @typedef {Pick<Known, 'state' | 'complete'>} TraceFacts what is known of one trace
 */

/**
 * The verdict on the trace that is shown. It is judged again when the page learns more of the path.
 *
 * @param {(verdict: import('./verdict.js').Verdict) => void} draw called with each new one
 * @returns {{ show(model: import('./trace-model.js').TraceModel, facts: TraceFacts): void, know(facts:
 * Partial<PathFacts>): void }}
 */
export function createVerdictView(draw) {
  /** @type {PathFacts} */
  let path = { sidecarsTrace: false, appSpans: true, ownService: false }
  /** @type {(() => import('./verdict.js').Verdict) | undefined} */
  let judge
  let drawn = ''

  const redraw = () => {
    if (judge === undefined) return
    const verdict = judge()
    const key = JSON.stringify(verdict)
    if (key === drawn) return
    drawn = key
    draw(verdict)
  }

  return {
    show(model, facts) {
      judge = () => verdictOf(model, { ...path, ...facts })
      drawn = ''
      redraw()
    },
    know(facts) {
      path = { ...path, ...facts }
      redraw()
    },
  }
}
