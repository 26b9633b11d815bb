/** What Envoy writes where no application answered, from the special case to the general one. */
const MEANINGS: readonly [RegExp, string][] = [
  [/^no healthy upstream/, 'no counting that is healthy: its sidecar is down, or not yet known to be up'],
  [/^upstream request timeout/, 'counting did not answer its sidecar in time'],
  [/\bTLS_error\b/i, 'the sidecars did not agree on mutual TLS'],
  [/reset reason: (remote |local )?connection failure/, 'counting is down, or the sidecar before it'],
  [/reset reason: connection timeout/, 'counting, or the sidecar before it, took no connection in time'],
  [
    /reset reason: connection termination/,
    'the connection was cut before an answer: a port that wants mutual TLS and a crash look the same',
  ],
  [/reset reason: overflow/, 'a sidecar has reached its limit of requests or connections'],
]

/**
 * What a text of Envoy means in words; undefined for a text that is none of its own. One text has one meaning, since
 * nothing else of the cause is on the wire.
 *
 * Source: `envoyproxy/envoy` source/common/router/router.cc and source/common/http/utility.cc (reset reasons).
 */
export function readProxyAnswer(body: string): string | undefined {
  const text = body.slice(0, 1000)
  if (!/^(no healthy upstream|upstream (connect error|request timeout))/.test(text)) return undefined
  return MEANINGS.find(([pattern]) => pattern.test(text))?.[1] ?? 'a sidecar could not pass the call on'
}
