import { judgeTrace, type TraceVerdict } from '../findings/judge-trace.ts'
import { probeHttp } from '../probes/probe-http.ts'
import { type Call, type PathCheckOptions, type PathFinding, pollUntilOk } from './path-check.ts'

/**
 * The trace of one call must be whole: one root, every parent there, both sidecars in it, and counting if it
 * answered.
 */
export async function checkTrace(options: PathCheckOptions, { traceId, state }: Call): Promise<PathFinding> {
  const { traceQueryUrl } = options
  if (traceQueryUrl === undefined) return { found: 'The trace was not checked: no trace backend is known.' }
  if (traceId === null) {
    return {
      found: 'The call belongs to no trace.',
      fix: 'Is tracing switched off in the dashboard (OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER=none)? Does the chart know a backend (global.traceBackend.host)?',
    }
  }
  return pollUntilOk(options, async () => {
    const url = `${traceQueryUrl}/api/traces/${traceId}`
    const answer = await probeHttp(url, { timeoutMs: 5000 })
    if (answer.failure !== undefined) {
      return { found: `${url}: ${answer.failure}`, fix: 'The trace backend does not answer: is its pod ready?' }
    }
    const trace =
      answer.status === 200 ? judgeTrace(firstTrace(answer.body), { answered: state === 'connected' }) : undefined
    if (trace === undefined || trace.spans.length === 0) {
      return {
        found: `${url} answered ${answer.status}, without the trace`,
        fix: 'No span of this call has arrived. Do the apps reach the backend (OTEL_EXPORTER_* in their environment, their logs), and is its port excluded from the sidecar?',
      }
    }
    return judge(trace, options, state)
  })
}

function judge(trace: TraceVerdict, { sidecars: wanted = 2 }: PathCheckOptions, state: Call['state']): PathFinding {
  const { spans, problems, traceId } = trace
  const sidecars = spans.filter(({ proxy }) => proxy)
  const found = `trace ${traceId}: ${spans.map(({ service, proxy }) => `${service}${proxy ? ' sidecar' : ''}`).join(' → ')}`
  const [problem] = problems
  // A sidecar may leave two spans, as for a page that is served through it, so their number alone proves nothing.
  const lacksCounting = wanted > 1 && !sidecars.some(({ service }) => /^counting\b/.test(service))
  if (sidecars.length < wanted || lacksCounting) {
    const few = `${sidecars.length} of ${wanted} sidecars left a span`
    const what = sidecars.length < wanted ? few : 'counting’s sidecar left no span'
    return {
      found: `${found}; ${what}`,
      fix: 'Consul: were ProxyDefaults synced before the sidecars started? Restart them: kubectl rollout restart deploy counting dashboard. Istio: does the mesh configuration have the extension provider that the Telemetry names, and may the Sidecar resource see its Service?',
    }
  }
  if (problem !== undefined) {
    return {
      found: `${found}; ${problem.text}`,
      fix: `${problem.cause} An app on the path must propagate the trace headers; under mixed tracers, see the guide on headers.`,
    }
  }
  if (state === 'denied' && spans.some(({ proxy, service }) => !proxy && service === 'counting')) {
    return { found, fix: 'The call was denied, yet counting’s app has a span in its trace: what admitted it?' }
  }
  return { found: `${found}; whole, ${spans.length} spans` }
}

function firstTrace(body: string): unknown {
  try {
    const { data } = JSON.parse(body) as { data?: unknown }
    return Array.isArray(data) ? data[0] : undefined
  } catch {
    return undefined
  }
}
