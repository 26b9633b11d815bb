// @ts-check
import { requestJson } from './api.js'
import { createControls } from './controls.js'
import { byId, setText } from './dom.js'
import { buildPathModel, hopsOf } from './path-model.js'
import { createPathView } from './path-view.js'
import { createPoller } from './poller.js'
import { createStateView } from './state-view.js'
import { createTraceView } from './trace-view.js'
import { parseConfig, parseErrorMessage, parseOutcome } from './wire.js'

/**
 * @typedef {import('./path-model.js').TracedHop} TracedHop
 * @typedef {import('./states.js').PageState} PageState
 */

/** @type {{ state: PageState, status: number | null, known: TracedHop[], reached: TracedHop[] | null, mesh: import('./wire.js').MeshStatus | null }} */
const seen = { state: 'connecting', status: null, known: [], reached: null, mesh: null }
/** @type {import('./wire.js').Config | undefined} */
let config

const stateView = createStateView()
const pathView = createPathView()
const drawPath = () => pathView.show(buildPathModel(seen))

const traceView = createTraceView({
  onSettled(model, quarry) {
    const hops = hopsOf(model)
    if (quarry.state === 'connected') seen.known = hops
    if (quarry.state === seen.state) seen.reached = hops
    drawPath()
  },
})

const controls = createControls({
  onStatus(status) {
    seen.mesh = status
    drawFacts()
    drawPath()
  },
})

const countPoller = createPoller(pollCount, { everyMs: 1000 })
const meshPoller = createPoller(() => controls.refresh(), { everyMs: 2000 })

async function pollCount() {
  if (config === undefined) await readConfig()
  const answer = await requestJson('/api/count')
  const outcome = answer.kind === 'json' ? parseOutcome(answer.body) : undefined
  if (outcome === undefined) {
    // A dashboard that comes back may be another one: ask again what it offers.
    config = undefined
    enter('disconnected', null)
    stateView.showDisconnected(
      answer.kind === 'lost' ? answer.reason : (parseErrorMessage(answer.body) ?? `It answered HTTP ${answer.status}.`),
    )
    return
  }
  enter(outcome.state, outcome.status)
  stateView.showOutcome(outcome)
  if (outcome.state === 'connected') pathView.pulse()
  if (config === undefined) return
  if (!config.traces) traceView.explain('No traces to show: this dashboard has no trace backend (TRACE_QUERY_URL).')
  else if (outcome.traceId === null)
    traceView.explain('The newest request left no trace: tracing is off or it was not sampled.')
  else traceView.offer({ traceId: outcome.traceId, state: outcome.state })
}

/**
 * @param {PageState} state
 * @param {number | null} status
 */
function enter(state, status) {
  if (state !== seen.state) seen.reached = null
  seen.state = state
  seen.status = status
  drawPath()
}

async function readConfig() {
  const answer = await requestJson('/api/config')
  config = answer.kind === 'json' && answer.status === 200 ? parseConfig(answer.body) : undefined
  if (config === undefined) return
  traceView.useLinks(config.traceUiUrl)
  controls.reveal(config.controls)
  drawFacts()
  if (config.controls) meshPoller.start()
  else meshPoller.stop()
}

function drawFacts() {
  const mesh = seen.mesh === null ? [] : [seen.mesh.mesh, `tracer ${seen.mesh.tracer}`]
  setText(byId('facts'), [...(config === undefined ? [] : [`dashboard on ${config.hostname}`]), ...mesh].join(' · '))
}

drawPath()
countPoller.start()
