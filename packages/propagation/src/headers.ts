import { CARRIED_ENTRIES } from './carried-entries.ts'
import type { CatalogueEntry } from './header-entry.ts'

export type { CatalogueEntry, HeaderRule, HeaderWriter } from './header-entry.ts'

const W3C = {
  format: 'w3c',
  source: 'https://www.w3.org/TR/trace-context-2/',
} as const
const B3 = { format: 'b3', source: 'https://github.com/openzipkin/b3-propagation' } as const
const ENVOY = {
  format: 'envoy',
  source: 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers',
} as const

/** Every header related to traces, and its treatment. */
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
    reason: 'goes with its traceparent only; our mark in front of a new span, unchanged beside the one that came',
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
    writtenBy: ['application', 'envoy:zipkin', 'envoy:zipkin-w3c'],
    rule: 'read',
    reason: 'what it names is older; never sent, so that a B3 context with a parent is known not to be ours',
  },
  {
    ...B3,
    name: 'x-b3-flags',
    writtenBy: ['application', 'client'],
    rule: 'read',
    reason: 'debug is sent as sampled: Envoy would forward an old flag beside its own new decision',
  },
  {
    ...B3,
    name: 'b3',
    writtenBy: ['application', 'client', 'envoy:zipkin', 'envoy:zipkin-w3c'],
    rule: 'read',
    reason: 'Envoy before 1.40 leaves it unchanged, and at the next zipkin sidecar an old one beats all others',
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
    writtenBy: ['client', 'envoy'],
    rule: 'write',
    reason:
      "holds Envoy's sampling decision; forwarded unchanged if it is a UUID, at the edge only if it asks for no trace; never invented",
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
    reason: 'commands to a sidecar; those for ours are not meant for the next one',
  },
  ...CARRIED_ENTRIES,
]

/**
 * Identity headers. They never travel with trace headers unless requested by name: a caller's rights here do not extend
 * to the next service.
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

/** The names in lower case of the headers that this package reads to find the caller. */
export const PROPAGATION_NAMES: ReadonlySet<string> = new Set(
  HEADER_CATALOGUE.filter(({ rule }) => rule === 'write' || rule === 'read').map(({ name }) => name),
)

/** Those of them that are never written: headers of another instrumentation don't replace them. */
export const READ_ONLY_NAMES: readonly string[] = HEADER_CATALOGUE.filter(({ rule }) => rule === 'read').map(
  ({ name }) => name,
)

/** Whether a lower-case name is that of a header this package reads to find the caller. */
export function isPropagationHeader(name: string): boolean {
  return PROPAGATION_NAMES.has(name)
}
