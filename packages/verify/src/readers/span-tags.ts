import type { Span, SpanKind } from '../evidence/span.ts'
import { parseText } from './wire.ts'

/** The part of a span that differs by protocol; the rest is in its tags. */
export type SpanBase = Pick<Span, 'traceId' | 'spanId' | 'parentId' | 'service' | 'name' | 'startUs' | 'durationUs'> & {
  kind: unknown
  error: boolean
}

const KINDS: ReadonlySet<string> = new Set<SpanKind>(['server', 'client', 'internal', 'producer', 'consumer'])

/**
 * A span with the fields from its tags, by OpenTelemetry's semantic conventions (old and new) and by Envoy's tags.
 * Other tags are dropped, because they may hold secrets.
 */
export function spanFromTags(base: SpanBase, tags: ReadonlyMap<string, unknown>): Span {
  const text = (...names: string[]): string | null => {
    for (const name of names) {
      const value = parseText(tags.get(name), 500)
      if (value !== null && value !== '-') return value
    }
    return null
  }
  const kind = String(base.kind).toLowerCase()
  const proxy = tags.get('component') === 'proxy'
  const status = Number(tags.get('http.response.status_code') ?? tags.get('http.status_code') ?? Number.NaN)
  const url = parseUrl(text('url.full', 'http.url'))
  return {
    ...base,
    kind: KINDS.has(kind) ? (kind as SpanKind) : null,
    durationUs: Math.max(0, base.durationUs),
    proxy,
    status: Number.isInteger(status) && status >= 100 && status <= 599 ? status : null,
    error: base.error || String(tags.get('error')) === 'true' || tags.get('otel.status_code') === 'ERROR',
    authority: url?.authority ?? hostOf(tags, text('server.address', 'http.host', 'net.peer.name', 'net.host.name')),
    path: url?.path ?? pathOf(text('url.path', 'http.target', 'http.path')),
    requestId: parseRequestId(text('guid:x-request-id')),
    node: parseText(text('node_id'), 200),
    tracer: proxy ? tracerOf(base.name, tags) : null,
    cluster: parseText(text('upstream_cluster.name', 'upstream_cluster'), 200),
    flags: parseText(text('response_flags'), 40),
    probe: parseProbe(text('user_agent', 'user_agent.original', 'http.user_agent')),
    language: proxy ? null : parseText(text('telemetry.sdk.language'), 20),
  }
}

/**
 * Envoy's tracers name spans differently: `ingress`, `egress HOST` (opentelemetry), HOST (zipkin), `envoy.proxy`
 * (datadog).
 */
function tracerOf(name: string, tags: ReadonlyMap<string, unknown>): Span['tracer'] {
  if (name === 'envoy.proxy' || tags.get('operation_name') === 'envoy.proxy') return 'datadog'
  if (/^(ingress|egress \S+|egress|router .*)$/.test(name) || tags.get('otel.scope.name') === 'envoy')
    return 'opentelemetry'
  return 'zipkin'
}

/** Without query, fragment and credentials, which may be secret. */
function parseUrl(text: string | null): { authority: string; path: string } | undefined {
  const match = /^https?:\/\/(?:[^/?#@]*@)?([^/?#]+)([^?#]*)/i.exec(text ?? '')
  const [, host = '', path = ''] = match ?? []
  return match === null ? undefined : { authority: withoutDefaultPort(host.toLowerCase()), path: path || '/' }
}

function hostOf(tags: ReadonlyMap<string, unknown>, host: string | null): string | null {
  if (host === null) return null
  const port = Number(tags.get('server.port') ?? tags.get('net.peer.port') ?? Number.NaN)
  const named = host.includes(':') || !Number.isInteger(port) ? host : `${host}:${port}`
  return withoutDefaultPort(named.toLowerCase())
}

const withoutDefaultPort = (authority: string): string => authority.replace(/:(80|443)$/, '')

const pathOf = (target: string | null): string | null => target?.split(/[?#]/)[0] ?? null

/** Only ids from a proxy or a probe: a caller may put anything into that header. */
const parseRequestId = (text: string | null): string | null =>
  /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|tlv-[0-9a-f]{12})$/i.test(text ?? '') ? text : null

/** The nonce of a probe; the rest of the user agent is dropped. */
const parseProbe = (text: string | null): string | null =>
  /throughline-verify\/[\w.+-]+ \(([0-9a-f]{12})\)/.exec(text ?? '')?.[1] ?? null
