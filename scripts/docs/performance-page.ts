import {
  costOf,
  type ExporterFigures,
  majorOf,
  type PropagationFigures,
  readFigures,
  type RequestCost,
  type Spread,
  type StartFigures,
  type TelemetryFigures,
} from './performance-figures.ts'
import { type OutageFigures, outageSection } from './outage-section.ts'
import { GOALS, judge } from '../bench/performance-goals.mjs'

function spread({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} … ${max.toFixed(digits)})`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function requestTable(costs: readonly RequestCost[]): string {
  const head = [
    '',
    'CPU µs a request',
    'added µs',
    'throughput',
    'plain CPU ÷ own',
    'memory',
    'spans a request',
    'lost',
  ]
  return table(
    head,
    costs.map((cost) => [
      cost.variant,
      spread(cost.cpuMicros, 0),
      spread(cost.addedMicros, 1),
      spread(cost.throughput, 2),
      spread(cost.cpuShare, 2),
      cost.memory.median.toFixed(2),
      String(cost.spans),
      String(cost.lost),
    ]),
  )
}

function partsTable(costs: readonly RequestCost[]): string {
  const added = (variant: string): number => costOf(costs, variant).addedMicros.median
  const [context, ended, encoded, all] = [
    added('ours, not sampled'),
    added('ours, ended and not kept'),
    added('ours, encoded and not sent'),
    added('ours'),
  ]
  return table(
    ['part', 'µs'],
    [
      ['reading the headers, carrying the context (`AsyncLocalStorage`)', context.toFixed(1)],
      ['the SDK’s span: start, attributes, end', (ended - context).toFixed(1)],
      ['keeping it until there is a batch, encoding', (encoded - ended).toFixed(1)],
      ['sending', (all - encoded).toFixed(1)],
      ['together', all.toFixed(1)],
    ],
  )
}

function exporterTable(figures: readonly ExporterFigures[]): string {
  return table(
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
  return table(
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
      spread(nsPerHop.composite, 0),
      spread(nsPerHop.mesh, 0),
      spread(nsPerHop.forward, 0),
      spread(nsPerHop.floor, 0),
      spread(nsPerHop.look, 0),
      spread(timesFaster, 1),
      bytesPerHop.composite.toFixed(0),
      bytesPerHop.mesh.toFixed(0),
    ]),
  )
}

/** What was measured with one Node. */
function requestSection(figures: TelemetryFigures): string {
  const { machine, rounds, passes, requests, requestCost } = figures
  return `### Node ${machine.node.slice(1)}

${machine.cores} cores${machine.pinned ? ', the service alone on one, load and collector on the other' : ', nothing pinned'}; ${rounds} rounds of new processes, each of
${passes} × ${requests} requests for each variant, in turns, of which the calmest quarter counts.

${requestTable(requestCost)}

Where our time goes:

${partsTable(requestCost)}
`
}

function exporterSection({ machine, steady }: TelemetryFigures): string {
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
      return table([`Node ${major}`, 'goal', 'floor', 'measured', ''], rows)
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
npm run bench -- telemetry                # a few minutes; figures on the terminal
npm run bench -- telemetry --part requests --handler axios   # with a call in each request; or fetch, or wait: 1 ms
npm run bench -- telemetry --part requests --headers 40      # with 40 more headers in each
npm run bench -- telemetry --part requests --rate 2000       # p50 and p99 at a steady rate
npm run bench -- outage                   # seven minutes: each kind of trouble that a collector can have
npm run bench -- propagation
npm run bench -- start                    # a minute: a bundled service until its first 200
npm run bench -- telemetry --write-docs   # keeps the figures and writes this page
\`\`\`

Medians, with the least and the most of all rounds. Times differ from machine to machine, and a busy one makes all of
them longer: trust what is added and the ratios, which are taken within a round.

${goalTables()}

## A traced request

Express with one small JSON route, 32 kept-alive connections, each request with a \`traceparent\` of its own. CPU is that of
the whole process, exports included.

_Throughput_ is requests a second as a share of plain's, and suffers from whatever else runs on the machine. _Plain CPU ÷
own_ is the share that CPU alone allows on a core that does nothing else. _Memory_ is resident memory as a multiple of
plain's. \`ours\` is \`createTelemetry\` with the settings it has by itself: the SDK's spans, our batches.
_Stock_ is \`NodeSDK\` with \`HttpInstrumentation\` and \`ExpressInstrumentation\`, all at their defaults.
_Not sampled_ means that the caller's flag says so.

${telemetry.map(requestSection).join('\n')}
## Spans that get lost

A process that makes spans and nothing else, at a steady rate; the collector counts what it receives. _Counted_ are the
lost ones that \`exportStats()\`, and with it \`trace_spans_total\` on \`/metrics\`, knows of: all of them.

Our buffer holds 32 MiB of encoded spans and sends 2,048 spans or a megabyte in a request, four requests at a time; the
SDK's queue holds 2,048 spans and sends 512, one request at a time. That is so for OTLP in protobuf. Our other exporters
keep the SDK's batch processor with a queue of 16,384 spans: over an outage they lose what is made after it is full, which
is after three seconds of 5,000 spans a second.

${telemetry.map(exporterSection).join('\n')}
${outageSection(readFigures<OutageFigures>('outage'))}
## Reading and writing headers

Extract and inject for one hop, against OpenTelemetry's W3C, B3 and baggage propagators in a composite. _Interface alone_ is
a propagator that makes the same calls of getter and setter, checks nothing and writes what was made before; _and one look_
matches each value that it reads once with \`/^[!-~]*$/\`, the fastest way in JavaScript to see every character.

${propagation.map(propagationSection).join('\n')}`
}
