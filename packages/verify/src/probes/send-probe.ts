import type { Probe, ProxyWords } from '../evidence/probe.ts'
import { version } from '../version.ts'
import type { PlannedProbe } from './plan-probes.ts'
import { probeHttp } from './probe-http.ts'

export interface SendOptions {
  url: string
  /** Default GET. */
  method?: string | undefined
  /** Headers of the caller, sent but never stored. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Milliseconds, default 10,000. */
  timeoutMs?: number | undefined
  signal?: AbortSignal | undefined
}

/** Sends one probe on a new connection and records the answer without its body and headers. Never rejects. */
export async function sendProbe(plan: PlannedProbe, options: SendOptions): Promise<Probe> {
  const { headers: ownHeaders, ...ids } = plan
  const { 'user-agent': agent, ...callerHeaders } = lowerCased(options.headers ?? {})
  const mark = `throughline-verify/${version} (${plan.nonce})`
  const headers = {
    ...callerHeaders,
    ...ownHeaders,
    'user-agent': agent === undefined ? mark : `${agent} ${mark}`,
  }
  const startUs = Date.now() * 1000
  const answer = await send(options, headers)
  return { ...ids, startUs, endUs: Date.now() * 1000, ...answer }
}

type Answer = Pick<Probe, 'status' | 'failure' | 'words'>

async function send(
  { url, method, timeoutMs = 10_000, signal }: SendOptions,
  headers: Record<string, string>,
): Promise<Answer> {
  const answer = await probeHttp(url, { method, headers, timeoutMs, signal })
  if (answer.failure !== undefined) {
    const failure = answer.code === 'ABORT_ERR' ? 'ETIMEDOUT' : (answer.code ?? answer.failure)
    return { status: null, failure, words: null }
  }
  const { status, body } = answer
  return { status, failure: null, words: status >= 400 ? readProxyWords(body) : null }
}

/**
 * Envoy's own texts, also where an app quotes them in its answer. Source: `envoyproxy/envoy`
 * source/extensions/filters/http/rbac, source/common/router/router.cc, source/common/http/utility.cc.
 */
const WORDS: readonly [patterns: readonly RegExp[], ProxyWords][] = [
  [[/RBAC: access denied/], 'rbac-denied'],
  [[/no healthy upstream/], 'no-healthy-upstream'],
  [[/upstream request timeout/], 'timeout'],
  [[/upstream connect error/i, /\bTLS_error\b/i], 'tls-error'],
  [[/upstream connect error/, /reset reason: (remote |local )?connection failure/], 'connection-failure'],
  [[/upstream connect error/], 'reset'],
]

function readProxyWords(body: string): ProxyWords | null {
  return WORDS.find(([patterns]) => patterns.every((pattern) => pattern.test(body)))?.[1] ?? null
}

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
