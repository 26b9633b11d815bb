import { figureTable, showInterval } from './figure-table.ts'
import {
  type ExporterFigures,
  type LossFigures,
  majorOf,
  type PropagationFigures,
  readFigures,
  type StartFigures,
  type TelemetryFigures,
} from './performance-figures.ts'
import { type OutageFigures, outageSection } from './outage-section.ts'
import { type GrowthFigures, growthSection } from './growth-section.ts'
import { type SemiSpaceFigures, semiSpaceSection } from './semi-space-section.ts'
import { hasParts, nodesTable, requestSection, whyExpressDiffers } from './request-section.ts'
import { GOALS, judge } from '../bench/performance-goals.mjs'

function exporterTable(figures: readonly ExporterFigures[]): string {
  return figureTable(
    ['', 'spans a second', 'made', 'lost', 'of these counted', 'memory at most, MB'],
    figures.map(({ name, rate, made, lost, counted, memory }) => [
      name.replaceAll(/OTEL_\w+=\d+/g, '`$&`'),
      String(Math.round(rate / 100) * 100),
      String(made),
      `${lost} (${((lost / made) * 100).toFixed(1)} %)`,
      counted === undefined ? '–' : String(counted),
      (memory / 1e6).toFixed(0),
    ]),
  )
}

function propagationTable({ results }: PropagationFigures): string {
  return figureTable(
    [
      'headers',
      'composite, ns',
      '`MeshPropagator`, ns',
      '`forwardHeaders`, ns',
      'interface alone, ns',
      'and one look, ns',
      'times faster',
      'bytes: composite',
      'ours',
    ],
    Object.entries(results).map(([headers, { nsPerHop, bytesPerHop, timesFaster }]) => [
      headers,
      showInterval(nsPerHop.composite, 0),
      showInterval(nsPerHop.mesh, 0),
      showInterval(nsPerHop.forward, 0),
      showInterval(nsPerHop.floor, 0),
      showInterval(nsPerHop.look, 0),
      showInterval(timesFaster, 1),
      bytesPerHop.composite.toFixed(0),
      bytesPerHop.mesh.toFixed(0),
    ]),
  )
}

function exporterSection({ machine, steady }: LossFigures): string {
  return `### Node ${machine.node.slice(1)}

${exporterTable(steady)}
`
}

function propagationSection(figures: PropagationFigures): string {
  return `### Node ${figures.node.slice(1)}

${figures.rounds} rounds of ${figures.hopsPerRound} hops in turns, in CPU time.

${propagationTable(figures)}
`
}

/** The goals of each Node that was measured, what was measured, and whether it is enough. */
function goalTables(): string {
  const start = readFigures<StartFigures>('start')
  const outage = readFigures<OutageFigures>('outage')
  const propagation = readFigures<PropagationFigures>('propagation')
  return readFigures<TelemetryFigures>('telemetry')
    .filter(hasParts)
    .map((telemetry) => {
      const major = majorOf(telemetry.machine.node)
      const figures = {
        telemetry,
        propagation: propagation.find(({ node }) => majorOf(node) === major),
        start: start.find(({ node }) => majorOf(node) === major),
        outage: outage.find(({ machine }) => majorOf(machine.node) === major),
      }
      const rows = GOALS.map((goal) => {
        const { verdict, measured, goal: wanted, floor } = judge(goal, figures, major)
        return [goal.what, wanted, floor, measured, verdict === 'missed' ? `**${verdict}**` : verdict]
      })
      return figureTable([`Node ${major}`, 'goal', 'floor', 'measured', ''], rows)
    })
    .join('\n\n')
}

/** The page as the figures in `data/` have it. */
export function performancePage(): string {
  const telemetry = readFigures<TelemetryFigures>('telemetry')
  const propagation = readFigures<PropagationFigures>('propagation')
  return `# What it costs

Written from what the benchmarks have measured (\`data/bench-*.json\`). To measure again with the Node at hand, and to write
this page:

\`\`\`sh
npm run bench -- --quick                  # two minutes: the main ratios, and which goals they meet
npm run bench -- telemetry                # ten minutes; figures on the terminal
npm run bench -- telemetry --nodes 20,22,24,26 --write-docs  # with each Node; keeps the figures and writes this page
npm run bench -- telemetry --handler axios   # with a call in each request; or fetch, or wait: 1 ms
npm run bench -- telemetry --headers 40      # with 40 more headers in each
npm run bench -- telemetry --rate 2000       # p50 and p99 at a steady rate
npm run bench -- exporter                 # a minute: spans lost at a steady rate
npm run bench -- outage                   # seven minutes: each kind of trouble that a collector can have
npm run bench -- growth                   # two minutes: rate, headers, and replicas behind one sidecar; needs Envoy
npm run bench -- semi-space               # two minutes: a young generation that begins larger
npm run bench -- propagation
npm run bench -- start                    # a minute: a bundled service until its first 200
\`\`\`

Medians. In brackets: bootstrap intervals of 95 % of what \`telemetry\` measures, the least and the most of all rounds of the
rest. Times differ from machine to machine, and a busy one makes all of them longer: trust what is added and the ratios,
which are taken within a round. \`bench-results/\` keeps each block.

${goalTables()}

## A traced request

Express with one small JSON route, 32 kept-alive connections, each request with a \`traceparent\` of its own. CPU is that of
the whole process, exports included.

_Stock_ is \`NodeSDK\` with \`HttpInstrumentation\` and \`ExpressInstrumentation\`, _auto_ its auto-instrumentations, and
_dd-trace_ Datadog's tracer, all at their defaults. The run ends when the server span of a peer that speaks OTLP differs
from ours in name, kind or an attribute that the semantic conventions require; what else it makes, and Datadog's own
names, [are listed](../../packages/telemetry/bench/variants.mjs). \`ours\` is \`createTelemetry\` with the settings it has by
itself: the SDK's spans, our batches. _Not sampled_ means that the caller's flag says so.

CPU added to a request, µs:

${nodesTable(telemetry)}

${whyExpressDiffers(telemetry)}_÷ stock_ is what is added as a share of what stock adds. _Calmest quarter_: the same of the quarter of a variant's blocks
that took least, as whatever else runs on the machine only ever adds. _Throughput_ is requests a second as a share of
plain's, and suffers from whatever else runs on the machine. _Plain CPU ÷ own_ is the share that CPU alone allows on a core
that does nothing else. _Memory_ is resident memory as a multiple of plain's.

${telemetry
  .map(requestSection)
  .filter((section) => section !== '')
  .join('\n')}
${growthSection(readFigures<GrowthFigures>('growth'))}${semiSpaceSection(readFigures<SemiSpaceFigures>('semi-space'))}## Spans that get lost

A process that makes spans and nothing else, at a steady rate; the collector counts what it receives. _Counted_ are the
lost ones that \`exportStats()\`, and with it \`trace_spans_total\` on \`/metrics\`, knows of: all of them.

Our buffer holds 32 MiB of encoded spans and sends 2,048 spans or a megabyte in a request, four requests at a time; the
SDK's queue holds 2,048 spans and sends 512, one request at a time. That is so for OTLP in protobuf. Our other exporters
keep the SDK's batch processor with a queue of 16,384 spans: over an outage they lose what is made after it is full, which
is after three seconds of 5,000 spans a second.

${readFigures<LossFigures>('exporter').map(exporterSection).join('\n')}
${outageSection(readFigures<OutageFigures>('outage'))}
## Reading and writing headers

Extract and inject for one hop, against OpenTelemetry's W3C, B3 and baggage propagators in a composite. _Interface alone_ is
a propagator that makes the same calls of getter and setter, checks nothing and writes what was made before; _and one look_
matches each value that it reads once with \`/^[!-~]*$/\`, the fastest way in JavaScript to see every character.

${propagation.map(propagationSection).join('\n')}`
}
