// @ts-check
import { requestJson } from './shared/api.js'
import { createControls } from './mesh/controls.js'
import { byId } from './shared/dom.js'
import { drawFacts } from './mesh/facts-view.js'
import { createHistoryView } from './history/history-view.js'
import { createLive } from './shared/live.js'
import { createMeshView } from './mesh/checks-view.js'
import { buildPathModel, deniedBy, hopsOf, hopTimesOf } from './path/path-model.js'
import { createPathView } from './path/path-view.js'
import { createPoller } from './shared/poller.js'
import { createSettling } from './mesh/settling-model.js'
import { createStateView } from './path/state-view.js'
import { createTraceView } from './trace/trace-view.js'
import { createTrafficControls } from './mesh/traffic-controls.js'
import { createBypassView } from './mesh/bypass-view.js'
import { parseConfig } from './shared/wire.js'

/**
 * @typedef {import('./path/path-model.js').TracedHop} TracedHop
 * @typedef {import('./shared/states.js').PageState} PageState
 * @typedef {import('./shared/wire.js').Entry} Entry
 */

/** @type {{ state: PageState, status: number | null, known: TracedHop[], reached: TracedHop[] | null, brokenAt: string | null, mesh: import('./mesh/parse-mesh-status.js').MeshStatus | null }} */
const seen = { state: 'connecting', status: null, known: [], reached: null, brokenAt: null, mesh: null }
/** @type {import('./shared/wire.js').Config | undefined} */
let config
/** @type {Entry | undefined} */
let newest
let drawing = false
const allShown = { show: true, askAgain: false }
let sinceMs = 0

const stateView = createStateView()
const pathView = createPathView()
const drawPath = () => pathView.show(buildPathModel(seen))

const historyView = createHistoryView({
  onChoose(traceId) {
    traceView.choose(traceId)
    byId('trace-label').scrollIntoView({ block: 'nearest' })
  },
})

const traceView = createTraceView({
  onSettled(model, followedTrace, brokenAt) {
    const hops = hopsOf(model)
    // Half a trace is no news about where requests go.
    if (followedTrace.state === 'connected' && brokenAt === null) seen.known = hops
    seen.brokenAt = brokenAt
    if (followedTrace.state === seen.state) {
      seen.reached = hops
      pathView.pulse(hopTimesOf(model))
      if (followedTrace.state === 'denied') stateView.showDeniedBy(deniedBy(hops))
    }
    drawPath()
  },
  onHeld: (traceId) => historyView.mark(traceId),
})

const bypassView = createBypassView()
const settling = createSettling()
const askOnce = () => void requestJson('/api/traffic/once', { method: 'POST' })

const controls = createControls({
  onStatus(status) {
    // Another client may have changed it.
    if (status !== null && seen.mesh !== null && status.access !== seen.mesh.access) settling.end(status.access)
    seen.mesh = status
    bypassView.showMesh(status)
    drawFacts(config, status)
    drawPath()
  },
  onAsk: (wanted) => settling.begin(wanted),
  onAnswer(access) {
    settling.end(access)
    askOnce()
  },
})
const trafficControls = createTrafficControls()
createMeshView()

const meshPoller = createPoller(() => controls.refresh(), { everyMs: 2000 })
const live = createLive({
  onEntries(entries, reset) {
    historyView.add(entries, reset)
    for (const entry of entries) {
      const { show, askAgain } = reset ? allShown : settling.judge(entry.state, newest?.state ?? null)
      if (askAgain) askOnce()
      if (!show) continue
      if (entry.state !== newest?.state) sinceMs = entry.atMs
      newest = entry
    }
    const counted = reset ? entries.findLast((entry) => entry.count !== null) : undefined
    if (counted !== undefined) stateView.showCount(counted)
    // A burst is a hundred requests in a moment: only what can be seen is drawn.
    if (entries.length === 0 || drawing) return
    drawing = true
    requestAnimationFrame(showNewest)
  },
  onTraffic(traffic) {
    trafficControls.show(traffic)
    if (newest === undefined && traffic.rate === 'off') {
      stateView.showIdle('No request yet: traffic is off. Choose a rate, or send a burst.')
    }
  },
  onFound() {
    // A dashboard that comes back may be another one: ask again what it offers.
    void readConfig()
    if (newest !== undefined) showNewest()
  },
  onLost(reason) {
    enter('disconnected', null)
    stateView.showDisconnected(reason)
  },
})

function showNewest() {
  drawing = false
  if (newest === undefined) return
  enter(newest.state, newest.status)
  stateView.showOutcome(newest, new Date(sinceMs))
  stateView.showReplicas(historyView.replicas())
  if (config === undefined) return
  if (!config.traces) explainNoTraces(config.traceUiUrl, newest.traceId)
  else if (newest.traceId === null)
    traceView.explain('The newest request left no trace: tracing is off or it was not sampled.')
  else traceView.offer({ traceId: newest.traceId, state: newest.state })
}

/**
 * @param {string | null} traceUiUrl
 * @param {string | null} traceId
 */
function explainNoTraces(traceUiUrl, traceId) {
  if (traceUiUrl === null)
    traceView.explain('No traces to show: this dashboard has no trace backend (TRACE_QUERY_URL).')
  else
    traceView.explain(
      'The waterfall needs a Jaeger-shaped API (TRACE_QUERY_URL). Open the trace in its own page.',
      traceId,
    )
}

/**
 * @param {PageState} state
 * @param {number | null} status
 */
function enter(state, status) {
  if (state !== seen.state) seen.reached = null
  seen.state = state
  seen.status = status
  bypassView.showState(state)
  drawPath()
}

async function readConfig() {
  const answer = await requestJson('/api/config')
  config = answer.kind === 'json' && answer.status === 200 ? parseConfig(answer.body) : undefined
  if (config === undefined) return
  traceView.useLinks(config.traceUiUrl)
  controls.reveal(config.controls, config.kubernetes)
  trafficControls.reveal(config.faults)
  bypassView.offer(config.bypass)
  drawFacts(config, seen.mesh)
  if (config.controls) meshPoller.start()
  else meshPoller.stop()
  if (newest !== undefined) showNewest()
}

drawPath()
live.start()
