import { kindOf, parentIdOf } from '@throughline/lab-testkit'
import type { JaegerSpan, TraceStore } from '@throughline/trace-store'
import { CALLER, TRACE_ID } from './cells.ts'

/** Requests to distinct routes, and the names of their server spans. */
export const ROUTES: Readonly<Record<string, string>> = {
  'GET /users/7': 'GET /users/:id',
  'HEAD /users/8': 'HEAD /users/:id',
  'GET /shops/3/orders/4': 'GET /shops/:shop/orders/:order',
  'GET /broken/1': 'GET /broken/:id',
  'GET /missing': 'GET',
  'GET /shops/3/missing': 'GET',
}

export interface FrameworkSpans {
  /** Names of the server spans of the requests in `ROUTES`; those of one request are joined with commas. */
  names: Record<string, string>
  /** Names of server spans whose route differs from `http.route`. */
  mismatches: string[]
  /** Whether a span is below the server span of a request for a path. */
  isBelow: (spanId: string | undefined, path: string) => boolean
}

/** The spans that one server of a program, known by its port, added to the trace of `INCOMING`. */
export function readFrameworkSpans(store: TraceStore, port: number): FrameworkSpans {
  const spans = new Map((store.trace(TRACE_ID)?.spans ?? []).map((span) => [span.spanID, span]))
  const servers = [...spans.values()].filter(
    (span) => kindOf(span) === 'server' && parentIdOf(span) === CALLER && portOf(span) === port,
  )
  const namesOf = (line: string): string[] => {
    const [method, path] = line.split(' ')
    const asked = servers.filter((span) => tagOf(span, 'http.request.method') === method && pathOf(span) === path)
    return asked.map((span) => span.operationName)
  }
  return {
    names: Object.fromEntries(Object.keys(ROUTES).map((line) => [line, namesOf(line).join(', ')])),
    mismatches: servers
      .filter((span) => span.operationName.split(' ')[1] !== tagOf(span, 'http.route'))
      .map((span) => `${span.operationName}: ${String(tagOf(span, 'http.route'))}`),
    isBelow(spanId, path) {
      const above = servers.filter((span) => pathOf(span) === path).map((span) => span.spanID)
      for (let id = spanId; id !== undefined;) {
        if (above.includes(id)) return true
        const span: JaegerSpan | undefined = spans.get(id)
        id = span && parentIdOf(span)
      }
      return false
    },
  }
}

const tagOf = (span: JaegerSpan, key: string): unknown => span.tags.find((tag) => tag.key === key)?.value

/** `url.full` marks a second server span, from a framework's own middleware. */
function urlOf(span: JaegerSpan): URL | undefined {
  const full = tagOf(span, 'url.full')
  return typeof full === 'string' ? new URL(full) : undefined
}
const portOf = (span: JaegerSpan): number => Number(tagOf(span, 'server.port') ?? urlOf(span)?.port)
const pathOf = (span: JaegerSpan): unknown => tagOf(span, 'url.path') ?? urlOf(span)?.pathname
