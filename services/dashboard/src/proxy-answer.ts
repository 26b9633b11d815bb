/** What Envoy writes when no application answered, from the most specific case to the most general. */
const MEANINGS: readonly [RegExp, string][] = [
  [/^no healthy upstream/, 'no healthy counting endpoint: its sidecar is down or not ready yet'],
  [/^upstream request timeout/, 'counting did not answer its sidecar in time'],
  [/\bTLS_error\b/i, 'the sidecars did not agree on mutual TLS'],
  [/reset reason: (remote |local )?connection failure/, 'counting or its sidecar is down'],
  [/reset reason: connection timeout/, 'counting or its sidecar accepted no connection in time'],
  [
    /reset reason: connection termination/,
    'the connection was cut before an answer: a port that requires mutual TLS and a crash look the same',
  ],
  [/reset reason: overflow/, 'a sidecar has reached its limit of requests or connections'],
]

/**
 * Explains a text of Envoy; undefined for any other text. Each text has one meaning, since the wire shows nothing else
 * about the cause.
 *
 * Source: `envoyproxy/envoy` source/common/router/router.cc and source/common/http/utility.cc (reset reasons).
 */
export function readProxyAnswer(body: string): string | undefined {
  const text = body.slice(0, 1000)
  if (!/^(no healthy upstream|upstream (connect error|request timeout))/.test(text)) return undefined
  return MEANINGS.find(([pattern]) => pattern.test(text))?.[1] ?? 'a sidecar could not forward the call'
}
