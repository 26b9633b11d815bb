import fs from 'node:fs'
import path from 'node:path'

interface Spread {
  median: number
  min: number
  max: number
}

interface Machine {
  node: string
  cores: number
  pinned: boolean
}

/** A median and the bounds of 95 %; of older figures, the least and the most of all rounds. */
export type Interval = { median: number } & ({ low: number; high: number } | { min: number; max: number })

/** What `npm run bench -- telemetry --write-docs` has measured. */
export interface TelemetryFigures {
  machine: Machine
  rounds: number
  passes: number
  requests: number
  /** Requests a second, of `half`. */
  halfRate?: number
  requestCost: RequestCost[]
}

/** What `npm run bench -- exporter --write-docs` has measured. */
export interface LossFigures {
  machine: Machine
  steady: ExporterFigures[]
}

interface LoadFigures {
  rate: Interval
  busy: Interval
  gcMicros: Interval
  p50: Interval
  p99: Interval
}

export interface RequestCost extends Partial<LoadFigures> {
  variant: string
  cpuMicros: Interval
  addedMicros: Interval
  shareOfStock?: Interval
  /** Of the calmest quarter of all blocks. */
  calm?: { addedMicros: number; shareOfStock?: number }
  throughput: Interval
  cpuShare: Interval
  memory: Interval
  half?: LoadFigures & { cpuMicros: Interval }
  spans: number
  lost: number
}

export interface ExporterFigures {
  name: string
  rate: number
  made: number
  lost: number
  counted?: number
  memory: number
}

/** What `npm run bench -- propagation --write-docs` has measured. */
export interface PropagationFigures {
  node: string
  rounds: number
  hopsPerRound: number
  results: Record<
    string,
    {
      nsPerHop: Record<'composite' | 'mesh' | 'forward' | 'floor' | 'look', Spread>
      bytesPerHop: Record<'composite' | 'mesh', number>
      timesFaster: Spread
      timesFasterLook: Spread
    }
  >
}

/** What `npm run bench -- start --write-docs` has measured. */
export interface StartFigures {
  node: string
  rounds: number
  tracedMs: Spread
  plainMs: Spread
  addedMs: Spread
  addedShare: Spread
  /** Parts of what is added. */
  sdkMs?: Spread
  exporterMs?: Spread
}

/** The major version of a Node, from its version or from the name of a file of figures. */
export function majorOf(text: string): number {
  return Number(/\d+/.exec(text)?.[0])
}

/** The figures of one benchmark with each Node that has been measured, kept in `data/`, the oldest Node first. */
export function readFigures<Figures>(name: string): Figures[] {
  const folder = path.join(import.meta.dirname, '../../docs/reference/data')
  const files = fs.readdirSync(folder).filter((file) => file.startsWith(`bench-${name}-node`))
  return files
    .toSorted((a, b) => majorOf(a) - majorOf(b))
    .map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as Figures)
}

/** The figures of one variant of the service. */
export function costOf(costs: readonly RequestCost[], variant: string): RequestCost {
  const cost = costs.find((each) => each.variant === variant)
  if (cost === undefined) throw new Error(`${variant} was not measured`)
  return cost
}
