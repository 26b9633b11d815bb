// @ts-check
import { requestJson } from './shared/api.js'
import { createDoctor } from './findings/doctor.js'
import { createHistoryView } from './history/history-view.js'
import { createBypassView } from './mesh/bypass-view.js'
import { createChecksView } from './mesh/checks-view.js'
import { createControls } from './mesh/controls.js'
import { drawFacts } from './mesh/facts-view.js'
import { createSettling } from './mesh/settling-model.js'
import { createTrafficControls, toBaggage } from './mesh/traffic-controls.js'
import { buildPathModel, deniedBy } from './path/path-model.js'
import { createPathView } from './path/path-view.js'
import { createStateView } from './path/state-view.js'
import { hopsOf, hopTimesOf } from './path/traced-hops.js'
import { byId, setName } from './shared/dom.js'
import { startHelp } from './shared/help.js'
import { createLive } from './shared/live.js'
import { createPoller } from './shared/poller.js'
import { sendRequest } from './shared/send-request.js'
import { parseConfig } from './shared/wire.js'
import { createTour } from './tour/tour-view.js'
import { createTraceView } from './trace/trace-view.js'
import { doSidecarsTrace } from './trace/verdict.js'

/**
 * @typedef {import('./path/traced-hops.js').TracedHop} TracedHop
 * @typedef {import('./mesh/parse-mesh-status.js').MeshStatus} MeshStatus
 * @typedef {import('./shared/states.js').PageState} PageState
 */

/** @type {{ state: PageState, status: number | null, known: TracedHop[], reached: TracedHop[] | null, brokenAt: string
 * | null, ownService: boolean, sidecars: boolean, mesh: MeshStatus | null }} `sidecars`: one has left a span */
const seen = {
  state: 'connecting',
  status: null,
  known: [],
  reached: null,
  brokenAt: null,
  ownService: false,
  sidecars: false,
  mesh: null,
}
/** @type {import('./shared/wire.js').Config | undefined} */
let config
/** @type {import('./shared/wire.js').Entry | undefined} */
let newest
let drawing = false
const allShown = { show: true, askAgain: false }
let sinceMs = 0
let ownVerified = false

const stateView = createStateView()
const pathView = createPathView()
const drawPath = () => pathView.show(buildPathModel(seen))
const knowSidecars = () => traceView.know({ sidecarsTrace: doSidecarsTrace(seen.mesh, seen.sidecars) })

const historyView = createHistoryView({
  onChoose(traceId) {
    traceView.choose(traceId)
    byId('trace-label').scrollIntoView({ block: 'nearest' })
  },
})

const traceView = createTraceView({
  onSettled(model, { state }, brokenAt) {
    const hops = hopsOf(model)
    // Half a trace does not show where requests go.
    if (state === 'connected' && brokenAt === null) seen.known = hops
    seen.brokenAt = brokenAt
    seen.sidecars ||= hops.some(({ role }) => role === 'sidecar')
    knowSidecars()
    if (state === seen.state) {
      seen.reached = hops
      pathView.pulse(hopTimesOf(model))
      if (state === 'denied') stateView.showDeniedBy(deniedBy(hops, seen.mesh))
    }
    drawPath()
  },
  onHeld: (traceId) => historyView.mark(traceId),
  onDetail: () => doctor.close(),
})
const doctor = createDoctor({
  onShowTrace: (traceId) => traceView.choose(traceId),
  onOpen: () => traceView.closeDetail(),
})

const bypassView = createBypassView()
const settling = createSettling()
const requestOnce = () => void requestJson('/api/traffic/once', { method: 'POST' })

const controls = createControls({
  onStatus(status) {
    // Another viewer may have changed it.
    if (status !== null && seen.mesh !== null && status.access !== seen.mesh.access) settling.end(status.access)
    seen.mesh = status
    bypassView.showMesh(status)
    drawFacts(config, status)
    knowSidecars()
    drawPath()
  },
  onRequest: (access) => settling.begin(access),
  onAnswer(access) {
    settling.end(access)
    requestOnce()
  },
})
const trafficControls = createTrafficControls()
createChecksView()
startHelp()

const meshPoller = createPoller(() => controls.refresh(), { everyMs: 2000 })
const live = createLive({
  onEntries(entries, reset) {
    historyView.add(entries, reset)
    for (const entry of entries) {
      const { show, askAgain } = reset ? allShown : settling.judge(entry.state, newest?.state ?? null)
      if (askAgain) requestOnce()
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
      stateView.showIdle('No request yet, and traffic is off. Send one request.')
    }
  },
  onFound() {
    // A dashboard that comes back may be another instance: read its configuration again.
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
  const { state, status, traceId, appSpans, atMs } = newest
  enter(state, status)
  traceView.know({ appSpans })
  verifyOwnService(state)
  stateView.showOutcome(newest, new Date(sinceMs))
  stateView.showReplicas(historyView.replicas())
  if (config === undefined) return
  if (!config.traces) traceView.explainNoTraces(config.traceUiUrl, traceId)
  else if (traceId === null)
    traceView.explain('The newest request left no trace: tracing is off, or it was not sampled.')
  else traceView.offer({ traceId, state, atMs, appSpans: appSpans && !config.ownService })
}

/**
 * The question about a stranger's service is whether it keeps the trace whole: it is answered once without a click.
 *
 * @param {PageState} state
 */
function verifyOwnService(state) {
  if (state !== 'connected' || !seen.ownService || !config?.traces || ownVerified) return
  ownVerified = true
  void doctor.verify()
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
  trafficControls.reveal(config.faults, config.ownService)
  bypassView.offer(config.bypass)
  await doctor.reveal(config)
  stateView.showOwnService(config.ownService)
  traceView.know({ ownService: config.ownService })
  seen.ownService = config.ownService
  drawFacts(config, seen.mesh)
  tour.reveal()
  if (config.controls) meshPoller.start()
  else meshPoller.stop()
  if (newest !== undefined) showNewest()
}

async function send() {
  const sent = await sendRequest(toBaggage(trafficControls.current()))
  if ('failure' in sent) {
    setName(byId('traffic-error'), `The request failed: ${sent.failure}`)
    return
  }
  const { traceId, state, atMs, appSpans } = sent.outcome
  if (traceId === null || !config?.traces) return
  await traceView.showSent({ traceId, state, atMs, appSpans: appSpans && !config.ownService })
}

const sendButton = byId('send')
sendButton.addEventListener('click', async () => {
  if (sendButton.getAttribute('aria-busy') === 'true') return
  sendButton.setAttribute('aria-busy', 'true')
  await send()
  sendButton.setAttribute('aria-busy', 'false')
})

const tour = createTour({
  actions: {
    send,
    setAccess: (access) => controls.setAccess(access),
    setPropagation: (on) => trafficControls.setPropagation(on),
    setTracer: (tracer) => controls.setTracer(tracer),
    probeBypass: () => bypassView.probe(),
  },
  setting: () => ({
    controls: config?.controls === true && seen.mesh !== null,
    faults: config?.faults === true,
    bypass: config?.bypass === true,
    tracer: seen.mesh?.tracer ?? null,
    tracers: seen.mesh?.tracers ?? [],
  }),
  remember() {
    const { mesh } = seen
    const propagation = trafficControls.current()?.propagation ?? true
    return async () => {
      if (mesh !== null && controls.status()?.access !== mesh.access) await controls.setAccess(mesh.access)
      if (mesh !== null && controls.status()?.tracer !== mesh.tracer) await controls.setTracer(mesh.tracer)
      if (trafficControls.current()?.propagation !== propagation) await trafficControls.setPropagation(propagation)
    }
  },
})

drawPath()
live.start()
