/** What `npm run bench -- outage --write-docs` has measured with one Node. */
export interface OutageFigures {
  machine: { node: string }
  rate: number
  seconds: number
  trouble: { from: number; to: number }
  results: {
    name: string
    made: number
    lost?: number
    twice: number
    stats?: { failed: number; dropped: number }
    p99: { before: number; during: number }
    memory: { before: number; most: number; after: number }
  }[]
}

const HEAD = [
  '',
  'made',
  'lost',
  'came twice',
  'p99 before, ms',
  'p99 during, ms',
  'MB before',
  'MB at most',
  'MB after',
]

/** The page's section on collectors in trouble; empty as long as nothing has been measured. */
export function outageSection(all: readonly OutageFigures[]): string {
  if (all.length === 0) return ''
  return `### A collector in trouble

A service that makes spans and answers requests, and a collector that is away, restarts, takes its time, resets
connections, hangs or refuses for a while. _After_ is when everything has arrived.

${all.map(tableOf).join('\n')}`
}

function tableOf({ machine, rate, seconds, trouble, results }: OutageFigures): string {
  const rows = results.map(({ name, made, lost, twice, stats, p99, memory }) => [
    name,
    String(made),
    share(lost ?? (stats === undefined ? 0 : stats.failed + stats.dropped), made),
    String(twice),
    p99.before.toFixed(1),
    p99.during.toFixed(1),
    ...[memory.before, memory.most, memory.after].map((bytes) => (bytes / 1e6).toFixed(0)),
  ])
  const lines = [HEAD, HEAD.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
  return `Node ${machine.node.slice(1)}, ${rate} spans a second for ${seconds} s, trouble from ${trouble.from} to ${trouble.to} s:

${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`
}

function share(lost: number, made: number): string {
  return `${lost} (${((lost / made) * 100).toFixed(1)} %)`
}
