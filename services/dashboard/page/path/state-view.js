// @ts-check
import { byId, create, setIcon, setName, setText } from '../shared/dom.js'
import { formatClock, formatDigitGroups, formatDuration } from '../shared/format.js'
import { stateWords } from '../shared/states.js'

/**
 * @typedef {import('../shared/states.js').PageState} PageState
 * @typedef {import('../shared/wire.js').Outcome} Outcome
 */

/**
 * The count and the state of the newest call. A change of state is announced, a count is not: a number every second
 * would drown out everything else in a screen reader.
 *
 * @returns {{ showOutcome(outcome: Outcome, since: Date): void, showCount(outcome: Outcome): void, showReplicas(count:
 * number): void, showDeniedBy(name: string | null): void, showDisconnected(reason: string): void, showIdle(why:
 * string): void, showOwnService(own: boolean): void }}
 */
export function createStateView() {
  const count = byId('count')
  const hostname = byId('hostname')
  const reason = byId('reason')
  /** @type {SVGSVGElement} */
  const icon = byId('state-icon')
  /** @type {PageState} */
  let current = 'connecting'
  let lost = new Date()
  let ownService = false

  /** @param {PageState} state */
  const meaningOf = (state) =>
    ownService ? stateWords[state].meaning.replace('counting', 'your service') : stateWords[state].meaning
  /** @param {PageState} state */
  const drawLabel = (state) => {
    const noun = ownService ? 'answers' : 'count'
    setText(byId('count-label'), state === 'connected' || state === 'connecting' ? `Live ${noun}` : `Last ${noun}`)
  }

  /**
   * @param {PageState} state
   * @param {string} why
   * @param {Date} since
   */
  const show = (state, why, since) => {
    const words = stateWords[state]
    setName(reason, why)
    setText(byId('fact-since'), formatClock(since))
    drawLabel(state)
    if (state === current) return
    const announce = current !== 'connecting' || state !== 'connected'
    current = state
    document.documentElement.dataset['state'] = state
    document.title = state === 'connected' ? 'Throughline' : `${words.label} – Throughline`
    setIcon(icon, words.icon)
    setText(byId('state-label'), words.label)
    setText(byId('state-meaning'), meaningOf(state))
    if (announce) setText(byId('announcer'), `${words.label}. ${why === '' ? meaningOf(state) : why}`)
  }

  /** @param {Outcome} outcome */
  const showCount = (outcome) => {
    if (outcome.count !== null) {
      const groups = formatDigitGroups(outcome.count)
      count.replaceChildren(...groups.map((group) => create('span', { text: group })))
      count.style.setProperty('--digits', String(Math.max(4, groups.join('').length)))
    }
    if (outcome.hostname !== null) {
      setText(hostname, outcome.hostname)
      hostname.title = outcome.hostname
    }
  }

  return {
    showCount,
    showOutcome(outcome, since) {
      showCount(outcome)
      setText(byId('fact-duration'), outcome.durationMs === null ? '–' : formatDuration(outcome.durationMs * 1000))
      setText(byId('fact-status'), outcome.status === null ? 'no answer' : `HTTP ${outcome.status}`)
      show(
        outcome.state,
        [outcome.reason, outcome.code === null ? null : `(${outcome.code})`].filter(Boolean).join(' '),
        since,
      )
    },
    showReplicas(replicas) {
      setText(byId('replicas'), replicas > 1 ? `, one of ${replicas}` : '')
    },
    showDeniedBy(name) {
      if (current !== 'denied' || name === null) return
      setText(
        byId('state-meaning'),
        `${/sidecar|proxy|gateway/i.test(name) ? name : `The sidecar of ${name}`} refused the call with HTTP 403; ${ownService ? 'your service' : 'counting'} never saw it.`,
      )
    },
    showOwnService(own) {
      ownService = own
      drawLabel(current)
      if (own) setText(byId('state-meaning'), meaningOf(current))
      if (own) setText(byId('access-label'), 'dashboard may call your service')
    },
    showIdle(why) {
      setName(reason, why)
    },
    showDisconnected(why) {
      setText(byId('fact-duration'), '–')
      setText(byId('fact-status'), 'no answer')
      if (current !== 'disconnected') lost = new Date()
      show('disconnected', why, lost)
    },
  }
}
