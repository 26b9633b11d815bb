// @ts-check

/**
 * @typedef {import('../shared/states.js').PageState} PageState
 * @typedef {'allowed' | 'denied'} Access
 * @typedef {{ show: boolean, askAgain: boolean }} Judgement
 */

/** Far longer than any sidecar takes, and short enough to notice a rule without effect. */
const WINDOW_MS = 5000
const MOST_ASKS = 4

/**
 * Judges outcomes around a change of the mesh. Just after a deny, an idle connection between the sidecars may serve one
 * more 200: an outcome that returns to the old state or contradicts the rule must be seen twice in a row.
 *
 * @param {{ now?: () => number }} [options] `now` in ms, default the page's clock
 */
export function createSettling({ now = () => performance.now() } = {}) {
  /** @type {Access | null} */
  let access = null
  let untilMs = Number.NEGATIVE_INFINITY
  let asks = 0
  /** @type {PageState | null} */
  let left = null
  /** @type {PageState | null} */
  let doubted = null

  return {
    /**
     * A change was requested.
     *
     * @param {Access | null} requested null = the change is about something else
     */
    begin: (requested) => {
      access = requested
      untilMs = Number.POSITIVE_INFINITY
      asks = 0
      left = null
      doubted = null
    },
    /**
     * The mesh has answered.
     *
     * @param {Access | null} inForce
     */
    end: (inForce) => {
      access = inForce
      untilMs = now() + WINDOW_MS
      asks = MOST_ASKS
      doubted = null
    },
    /**
     * @param {PageState} state of the newest request
     * @param {PageState | null} shown
     * @returns {Judgement} `askAgain`: one more request would settle it
     */
    judge: (state, shown) => {
      if (now() > untilMs) return { show: true, askAgain: false }
      const misfit = (access === 'denied' && state === 'connected') || (access === 'allowed' && state === 'denied')
      if (state === shown) {
        doubted = null
        return { show: true, askAgain: misfit && asks-- > 0 }
      }
      if ((misfit || state === left) && doubted !== state) {
        doubted = state
        return { show: false, askAgain: asks-- > 0 }
      }
      doubted = null
      left = shown
      return { show: true, askAgain: false }
    },
  }
}
