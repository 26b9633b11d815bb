import { methodNotAllowed, ServiceError } from '@throughline/service-kit'
import { Router } from 'express'
import { collectEvidence, createReport, openBackend, toJsonReport } from 'throughline'
import { sameOrigin } from '../same-origin.ts'

export interface FindingsOptions {
  traceQueryUrl: string | undefined
  /** `http://host:port` of this app for itself; undefined while it can't be called. */
  ownUrl?: (() => string | undefined) | undefined
}

interface Findings {
  state: 'none' | 'running' | 'done' | 'failed'
  /** When the last run ended; null before. */
  at: string | null
  /** Why it failed; null when it did not. */
  error: string | null
  report: ReturnType<typeof toJsonReport> | null
}

/**
 * `POST /api/findings`: sends the probes of `throughline verify` to `GET /api/count` of this dashboard and judges their
 * traces, which takes about ten seconds; answers 202 at once. Concurrent callers share one run. `GET /api/findings`:
 * the state of the run, and the report of the last one.
 */
export function findingsRoute({ traceQueryUrl, ownUrl = () => undefined }: FindingsOptions): Router {
  let findings: Findings = { state: 'none', at: null, error: null, report: null }
  const end = (result: Pick<Findings, 'state' | 'error' | 'report'>): void => {
    findings = { ...result, at: new Date().toISOString() }
  }
  const run = async (target: string): Promise<void> => {
    try {
      const backend = await openBackend({ target: `jaeger=${target}`, headers: {} })
      const evidence = await collectEvidence({ url: requireUrl(ownUrl()), backend })
      end({ state: 'done', error: null, report: toJsonReport(createReport(evidence)) })
    } catch (error) {
      end({ state: 'failed', error: error instanceof Error ? error.message : String(error), report: null })
    }
  }
  const requireBackend = (): string => {
    if (traceQueryUrl !== undefined) return traceQueryUrl
    throw new ServiceError('TL_TRACES_OFF', 'no trace backend: TRACE_QUERY_URL is not set')
  }
  const routes = Router()
  routes.get('/', (_request, response) => {
    requireBackend()
    response.set('cache-control', 'no-store').json(findings)
  })
  routes.post('/', sameOrigin, (_request, response) => {
    const target = requireBackend()
    if (findings.state !== 'running') {
      findings = { ...findings, state: 'running' }
      void run(target)
    }
    response.status(202).json(findings)
  })
  routes.all('/', methodNotAllowed('GET', 'HEAD', 'POST'))
  return routes
}

function requireUrl(origin: string | undefined): string {
  if (origin === undefined) throw new Error('the dashboard listens on a socket, where the probes can’t reach it')
  return `${origin}/api/count`
}
