/** Who puts a header on a request before the application reads it; `envoy:*` is a sidecar with that tracer. */
export type HeaderWriter =
  | 'application'
  | 'client'
  | 'envoy'
  | 'envoy:zipkin'
  | 'envoy:zipkin-w3c'
  | 'envoy:opentelemetry'
  | 'envoy:datadog'

/**
 * What this package does with a header: `write` = read it, and set it on outgoing calls; `carry` = hand it on unchanged,
 * only where no SDK makes spans; `read` = read only; `never` = not even read.
 */
export type HeaderRule = 'write' | 'carry' | 'read' | 'never'

/** One header of the catalogue. */
export interface CatalogueEntry {
  /** Lower-case; a `*` at the end stands for any rest. */
  readonly name: string
  readonly format: 'w3c' | 'b3' | 'baggage' | 'envoy' | 'datadog' | 'aws' | 'skywalking'
  readonly writtenBy: readonly HeaderWriter[]
  readonly rule: HeaderRule
  /** Why the rule is as it is. */
  readonly reason: string
  /** Where the header is defined. */
  readonly source: string
}

const W3C = {
  format: 'w3c',
  source: 'https://www.w3.org/TR/trace-context-2/',
} as const
const B3 = { format: 'b3', source: 'https://github.com/openzipkin/b3-propagation' } as const
const ENVOY = {
  format: 'envoy',
  source: 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers',
} as const

/** Every header that has to do with traces, and what happens to it. */
export const HEADER_CATALOGUE: readonly CatalogueEntry[] = [
  {
    ...W3C,
    name: 'traceparent',
    writtenBy: ['application', 'envoy:zipkin-w3c', 'envoy:opentelemetry', 'envoy:datadog'],
    rule: 'write',
    reason: 'one of the two formats that are sent; set, never appended: receivers refuse a doubled one',
  },
  {
    ...W3C,
    name: 'tracestate',
    writtenBy: ['application', 'envoy:opentelemetry', 'envoy:datadog'],
    rule: 'write',
    reason: 'kept in its order with our mark in front; goes with its traceparent only, and never empty',
  },
  {
    ...B3,
    name: 'x-b3-traceid',
    writtenBy: ['application', 'envoy:zipkin', 'envoy:zipkin-w3c'],
    rule: 'write',
    reason: 'the other format that is sent',
  },
  {
    ...B3,
    name: 'x-b3-spanid',
    writtenBy: ['application', 'envoy:zipkin', 'envoy:zipkin-w3c'],
    rule: 'write',
    reason: 'goes with x-b3-traceid',
  },
  {
    ...B3,
    name: 'x-b3-sampled',
    writtenBy: ['application', 'envoy:zipkin', 'envoy:zipkin-w3c'],
    rule: 'write',
    reason: 'left out only where the decision is still open',
  },
  {
    ...B3,
    name: 'x-b3-parentspanid',
    writtenBy: ['envoy:zipkin', 'envoy:zipkin-w3c'],
    rule: 'read',
    reason: 'tells a fresh context from an old one, which works only while no application sends it',
  },
  {
    ...B3,
    name: 'x-b3-flags',
    writtenBy: ['client'],
    rule: 'read',
    reason: 'debug goes on as sampled: Envoy would pass an old flag on beside its own new decision',
  },
  {
    ...B3,
    name: 'b3',
    writtenBy: ['client', 'envoy:zipkin', 'envoy:zipkin-w3c'],
    rule: 'read',
    reason: 'Envoy before 1.40 leaves it as it came, and at the next zipkin sidecar an old one beats all others',
  },
  {
    format: 'baggage',
    name: 'baggage',
    writtenBy: ['application', 'client'],
    rule: 'write',
    reason: 'no Envoy tracer touches it',
    source: 'https://www.w3.org/TR/baggage/',
  },
  {
    ...ENVOY,
    name: 'x-request-id',
    writtenBy: ['envoy'],
    rule: 'write',
    reason: "holds Envoy's sampling decision; sent on unchanged if it is a UUID, never invented",
  },
  {
    ...ENVOY,
    name: 'x-client-trace-id',
    writtenBy: ['client'],
    rule: 'never',
    reason: 'forces a trace at every sidecar and names none',
  },
  {
    ...ENVOY,
    name: 'x-envoy-*',
    writtenBy: ['client', 'envoy'],
    rule: 'never',
    reason: "commands to a sidecar; what a caller told ours is not for the next one's",
  },
  {
    format: 'datadog',
    name: 'x-datadog-*',
    writtenBy: ['envoy:datadog'],
    rule: 'carry',
    reason: 'beats a traceparent at the next datadog sidecar, so it goes on only if it names the chosen context',
    source: 'https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/',
  },
  {
    format: 'aws',
    name: 'x-amzn-trace-id',
    writtenBy: ['client'],
    rule: 'never',
    reason: 'names a span of the load balancer, which is no longer the caller one call further',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html',
  },
  {
    format: 'skywalking',
    name: 'sw8',
    writtenBy: ['client'],
    rule: 'never',
    reason: 'old as soon as the application makes spans of its own',
    source: 'https://skywalking.apache.org/docs/main/next/en/api/x-process-propagation-headers-v3/',
  },
]

/**
 * Identity headers. They never travel with trace headers unless they are asked for by name: what a
 * caller may do here is no right to do it one service further.
 */
export const IDENTITY_HEADERS = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
  'x-forwarded-client-cert',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
] as const

/** One of {@link IDENTITY_HEADERS}. */
export type IdentityHeader = (typeof IDENTITY_HEADERS)[number]

const READ: ReadonlySet<string> = new Set(
  HEADER_CATALOGUE.filter(({ rule }) => rule === 'write' || rule === 'read').map(({ name }) => name),
)

/** Whether a lower-case name is that of a header this package reads to find the caller. */
export function isPropagationHeader(name: string): boolean {
  return READ.has(name)
}
