import type { ProxyWords } from './probe.ts'

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

/** Which of Envoy's texts an answer has; null for any other, and for success. */
export function readProxyWords(status: number, body: string): ProxyWords | null {
  if (status < 400) return null
  return WORDS.find(([patterns]) => patterns.every((pattern) => pattern.test(body)))?.[1] ?? null
}
