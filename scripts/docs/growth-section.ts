import { figureTable } from './figure-table.ts'

/** What `npm run bench -- growth --write-docs` has measured with one Node. */
export interface GrowthFigures {
  machine: { node: string }
  rates: {
    variant: string
    due: number
    rate: number
    cpuMicros: number
    gcMicros: number
    busy: number
    p50: number
    p99: number
    megabytes: number
    lost: number
    keepsUp: boolean
  }[]
  /** One without `cpuMicros` was refused. */
  headers: { variant: string; headers: number; cpuMicros?: number; refused?: string }[]
  replicas: {
    replicas: number
    rate: number
    sidecarMicros: number
    appMicros: number
    megabytes: number
    p50: number
    p99: number
  }[]
}

/** How the cost grows, and what gives way first; empty as long as nothing has been measured. */
export function growthSection(all: readonly GrowthFigures[]): string {
  if (all.length === 0) return ''
  return `## Growth

\`npm run bench -- growth\`: the cost of a request against the rate, its headers, and the replicas of \`counting\` behind one
Envoy with its tracer on.

${all.map(sectionOf).join('\n')}
`
}

function sectionOf(figures: GrowthFigures): string {
  const { machine, rates, headers, replicas } = figures
  const rateRows = rates.map(({ variant, due, rate, cpuMicros, gcMicros, busy, p50, p99, megabytes, lost }) => [
    variant,
    String(due),
    rate.toFixed(0),
    cpuMicros.toFixed(0),
    gcMicros.toFixed(1),
    busy.toFixed(2),
    p50.toFixed(1),
    p99.toFixed(1),
    megabytes.toFixed(0),
    lost.toFixed(0),
  ])
  const counts = [...new Set(headers.map((row) => row.headers))]
  const headerRows = counts.map((count) => [
    String(count),
    ...['plain', 'ours'].map((variant) => {
      const row = headers.find((each) => each.headers === count && each.variant === variant)
      return row?.cpuMicros?.toFixed(0) ?? row?.refused ?? '–'
    }),
    addedBy(figures, count)?.toFixed(0) ?? '–',
  ])
  const replicaRows = replicas.map((row) => [
    String(row.replicas),
    row.rate.toFixed(0),
    row.sidecarMicros.toFixed(0),
    row.appMicros.toFixed(0),
    row.megabytes.toFixed(0),
    row.p50.toFixed(1),
    row.p99.toFixed(1),
  ])
  return `Node ${machine.node.slice(1)}. ${firstToBreak(figures)}

${figureTable(['', 'due a second', 'answered', 'CPU µs', 'GC µs', 'loop busy', 'p50 ms', 'p99 ms', 'MB', 'spans lost'], rateRows)}

${figureTable(['headers more', 'plain, CPU µs', 'ours, CPU µs', 'added'], headerRows)}

${figureTable(['replicas', 'a second', 'Envoy, CPU µs', 'counting, CPU µs', 'counting, MB', 'p50 ms', 'p99 ms'], replicaRows)}
`
}

/** What gives way first in each direction, in sentences. */
function firstToBreak(figures: GrowthFigures): string {
  return [rateLimit(figures), headerLimit(figures), replicaGrowth(figures)].filter((line) => line !== '').join(' ')
}

function rateLimit({ rates }: GrowthFigures): string {
  const own = rates.filter(({ variant }) => variant === 'ours')
  const limit = own.find(({ keepsUp }) => !keepsUp)
  const lost = own.reduce((sum, row) => sum + row.lost, 0)
  const spans = lost === 0 ? 'no span is lost at any rate' : `${lost.toFixed(0)} spans are lost`
  if (limit === undefined) return `At no rate measured does it fall behind, and ${spans}.`
  const what = limit.busy > 0.9 ? 'The core breaks first' : 'The load breaks first, not the service'
  return `${what}: of ${limit.due} requests a second that are due, ${limit.rate.toFixed(0)} are answered with the event loop busy for ${limit.busy.toFixed(2)} of the time; ${spans}.`
}

function headerLimit(figures: GrowthFigures): string {
  const refused = figures.headers.find(({ variant, refused: answer }) => variant === 'ours' && answer !== undefined)
  const measured = [...new Set(figures.headers.map(({ headers }) => headers))].filter(
    (count) => addedBy(figures, count) !== undefined,
  )
  const first = measured[0] ?? 0
  const last = measured.at(-1) ?? 0
  const grows = `What tracing adds goes from ${addedBy(figures, first)?.toFixed(0)} µs with ${first} more headers to ${addedBy(figures, last)?.toFixed(0)} µs with ${last}`
  return refused === undefined
    ? `${grows}.`
    : `${grows}; of ${refused.headers} Node itself says \`${refused.refused}\`.`
}

function replicaGrowth({ replicas }: GrowthFigures): string {
  const [first, last] = [replicas[0], replicas.at(-1)]
  if (first === undefined || last === undefined || first === last) return ''
  const each = (last.megabytes - first.megabytes) / (last.replicas - first.replicas)
  return `Each further replica takes ${each.toFixed(0)} MB; Envoy's CPU of a request goes from ${first.sidecarMicros.toFixed(0)} to ${last.sidecarMicros.toFixed(0)} µs with ${last.replicas}, counting's from ${first.appMicros.toFixed(0)} to ${last.appMicros.toFixed(0)}.`
}

/** µs that tracing adds to a request with so many headers more. */
function addedBy({ headers }: GrowthFigures, count: number): number | undefined {
  const micros = (variant: string): number | undefined =>
    headers.find((row) => row.headers === count && row.variant === variant)?.cpuMicros
  const [plain, ours] = [micros('plain'), micros('ours')]
  return plain === undefined || ours === undefined ? undefined : ours - plain
}
