import fs from 'node:fs'
import path from 'node:path'
import {
  callerEnvoys,
  envoys,
  type RequestShape,
  type SidecarTreatment,
  stockPropagators,
  tracers,
} from '@throughline/e2e'
import { HEADER_CATALOGUE, IDENTITY_HEADERS } from '@throughline/propagation'
import { limits } from './headers-limits.ts'

type Tracer = (typeof tracers)[number]

/** What the matrix has measured with one Envoy: `data/envoy-<version>.json`. */
interface EnvoyRecord {
  envoy: string
  tracers: Record<Tracer, { sidecars: Record<string, SidecarTreatment>; propagators: Record<string, RequestShape> }>
}

function readRecord(envoy: string): EnvoyRecord {
  return JSON.parse(
    fs.readFileSync(path.join(import.meta.dirname, `../../docs/reference/data/envoy-${envoy}.json`), 'utf8'),
  ) as EnvoyRecord
}

/** One text for all Envoys, or one for each group of them that differ. */
function perEnvoy(textOf: (record: EnvoyRecord) => string): string {
  const groups = new Map<string, string[]>()
  for (const envoy of envoys) {
    const text = textOf(readRecord(envoy))
    groups.set(text, [...(groups.get(text) ?? []), envoy])
  }
  const [only, ...others] = groups.keys()
  if (only !== undefined && others.length === 0) return only
  return [...groups].map(([text, versions]) => `${versions.join(', ')}: ${text}`).join('<br>')
}

function describeTreatment({ joined, ...changes }: SidecarTreatment, tracer: Tracer): string {
  const touched = Object.entries(changes).filter(([, change]) => change !== 'left')
  if (tracer === 'none') return touched.length === 0 ? 'left as it is' : 'touched'
  const texts = Object.entries(changes).map(([format, change]) => `\`${format}\` ${change}`)
  return `${joined ? '**read**' : 'not read'}; ${texts.join(', ')}`
}

function describeShape(shape: RequestShape, tracer: Tracer): string {
  const { counting, traces } = shape
  const wanted = tracer === 'none' ? 'client' : 'counting sidecar'
  const inbound = shape['counting sidecar']
  const faults = [
    ...(counting === wanted ? [] : [`counting is the child of the ${counting}`]),
    ...(inbound === undefined || inbound === 'dashboard sidecar' ? [] : [`its sidecar is the child of the ${inbound}`]),
    ...(traces === 1 ? [] : [`${traces} traces`]),
  ]
  return faults.length === 0 ? 'whole' : faults.join(', ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function treatments(): string {
  const formats = Object.keys(readRecord('1.40.0').tracers.zipkin.sidecars)
  const rows = tracers.map((tracer) => [
    tracer,
    ...formats.map((format) =>
      perEnvoy((record) => {
        const treatment = record.tracers[tracer].sidecars[format]
        return treatment === undefined ? '' : describeTreatment(treatment, tracer)
      }),
    ),
  ])
  return table(['tracer', ...formats.map((format) => `\`${format}\` alone`)], rows)
}

function outcomes(): string {
  const rows = [...stockPropagators, 'freshest-wins'].map((name) => [
    name === 'freshest-wins' ? '**unset: freshest wins**' : `\`${name}\``,
    ...tracers.map((tracer) =>
      perEnvoy((record) => {
        const shape = record.tracers[tracer].propagators[name]
        return shape === undefined ? '' : describeShape(shape, tracer)
      }),
    ),
  ])
  return table(['`OTEL_PROPAGATORS`', ...tracers], rows)
}

/** The whole of `headers.md`. */
export function headersPage(): string {
  return `# Headers

If you own the mesh and may choose: give the sidecars the OpenTelemetry tracer, use W3C everywhere, and you need none of
this. The rest of this page is for meshes that are as they are.

This page is made from the code and from what the matrix has measured (\`npm run test:matrix\`, then \`npm run docs\`).

## What sidecars do with headers

An Envoy tracer reads one format or two, rewrites those, and forwards the others unchanged. So behind a sidecar a
request often names one fresh caller and one or two old ones. Measured: a request in one format through two sidecars with
the same tracer, Envoy ${envoys.join(', ')}.

${treatments()}

"Not read": the sidecars begin a trace of their own, and forward the caller's header beside it.

## What comes of it

Dashboard calls counting through both sidecars, with OpenTelemetry's http and express instrumentation. "Whole": each hop
is the child of the one before, in one trace. No fixed list is right in every column.

${outcomes()}

In the last row, \`MeshPropagator\` takes the context that a proxy wrote last; why and how is in
[ADR 1](../adr/0001-freshest-wins.md). The same is proven for spans from \`diagnostics_channel\` and without an SDK;
for requests that are sampled, not sampled, or left to the sidecar; and for one in ten.

## Other senders

\`e2e/path/callers.test.ts\` replays what real libraries send: OpenTelemetry for Node and Java with each usual list,
dd-trace, Zipkin's and Brave's clients, Spring Boot with Brave and with OpenTelemetry, and applications that copy headers by
hand. Each goes through two real sidecars with every tracer, Envoy ${callerEnvoys.toSorted().join(', ')}; zipkin also with a shared span
id and with 64-bit trace ids, which are Envoy's defaults. In every cell the callee is the child of its own sidecar, but for
the situations below. The headers were recorded once, by \`packages/propagation/conformance/callers/record.mjs\`.

## What headers can't decide

Here the headers of two situations are the same, or the one thing that would tell them apart is gone. There is a rule, and
\`TRACE_CONTEXT_HINT\` for those who know what their own sidecar writes: \`w3c\` for opentelemetry and datadog, \`b3\` for
zipkin. Code has it as \`new MeshPropagator({ hint })\` and \`forwardHeaders(headers, { hint })\`. A trace that is not chosen
becomes a span link.

${table(
  ['situation', 'rule', 'so', 'hint', 'with the hint', 'test'],
  limits.map(({ situation, rule, result, hint, withHint, tests }) => [
    situation,
    rule,
    result,
    `\`${hint}\``,
    withHint,
    tests.map(({ kind, name }) => `${kind}: ${name}`).join('<br>'),
  ]),
)}

## Every header

\`write\`: read, and set on outgoing calls. \`carry\`: forwarded unchanged, only where no SDK makes spans. \`read\`: read only.
\`never\`: not even read.

${table(
  ['header', 'written by', 'rule', 'why', 'source'],
  HEADER_CATALOGUE.map(({ name, writtenBy, rule, reason, source }) => [
    `\`${name}\``,
    writtenBy.join(', '),
    `\`${rule}\``,
    reason,
    `[defined here](${source})`,
  ]),
)}

Identity headers never travel with trace headers unless they are asked for by name:
${IDENTITY_HEADERS.map((name) => `\`${name}\``).join(', ')}.
`
}
