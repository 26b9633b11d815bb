import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type TextMapPropagator,
} from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { forwardHeaders } from '@throughline/propagation'
import { MeshPropagator } from '@throughline/propagation/otel'
import { type Sample, sample, spread } from './measure.ts'
import { SCENARIOS } from './scenarios.ts'

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 9)
const TIMES = Number(process.env['BENCH_TIMES'] ?? 200_000)
const GOAL = 10

/** What people use today: W3C, B3 multi and baggage in one. */
const composite = new CompositePropagator({
  propagators: [
    new W3CTraceContextPropagator(),
    new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
    new W3CBaggagePropagator(),
  ],
})

type Operation = (headers: Readonly<Record<string, string>>) => unknown

const VARIANTS: Readonly<Record<'composite' | 'mesh' | 'forward', Operation>> = {
  composite: through(composite),
  mesh: through(new MeshPropagator()),
  forward: (headers) => forwardHeaders(headers),
}

/** One hop: read the headers of a request, write those of a call. */
function through(propagator: TextMapPropagator): Operation {
  return (headers) => {
    const context: Context = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)
    const carrier: Record<string, string> = {}
    propagator.inject(context, carrier, defaultTextMapSetter)
    return carrier
  }
}

/** Variants take turns within each round, in another order each time, so that a busy machine slows all of them. */
function measure(headers: Readonly<Record<string, string>>) {
  const names = Object.keys(VARIANTS) as (keyof typeof VARIANTS)[]
  const samples = { composite: [], mesh: [], forward: [] } as Record<keyof typeof VARIANTS, Sample[]>
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      const taken = sample(() => VARIANTS[name](headers), TIMES)
      // The first round only warms up.
      if (round > 0) samples[name].push(taken)
    }
  }
  return {
    nsPerHop: {
      composite: spread(samples.composite.map(({ ns }) => ns)),
      mesh: spread(samples.mesh.map(({ ns }) => ns)),
      forward: spread(samples.forward.map(({ ns }) => ns)),
    },
    bytesPerHop: {
      composite: spread(samples.composite.map(({ bytes }) => bytes)).median,
      mesh: spread(samples.mesh.map(({ bytes }) => bytes)).median,
    },
    timesFaster: spread(samples.composite.map(({ ns }, round) => ns / (samples.mesh[round]?.ns ?? Number.NaN))),
  }
}

const results = Object.fromEntries(Object.entries(SCENARIOS).map(([name, headers]) => [name, measure(headers)]))
const file = path.resolve(process.argv[2] ?? 'bench-results/propagation.json')
mkdirSync(path.dirname(file), { recursive: true })
const machine = { node: process.version, arch: process.arch, rounds: ROUNDS, hopsPerRound: TIMES }
writeFileSync(file, `${JSON.stringify({ goal: GOAL, ...machine, results }, undefined, 2)}\n`)

console.log('headers   composite ns   mesh ns   times faster (least … most)   bytes: composite   mesh')
for (const [name, { nsPerHop, timesFaster, bytesPerHop }] of Object.entries(results)) {
  const { median, min, max } = timesFaster
  const cells = [nsPerHop.composite.median.toFixed(0), nsPerHop.mesh.median.toFixed(0)].map((cell) => cell.padStart(9))
  const ratio = `${median.toFixed(1)} (${min.toFixed(1)} … ${max.toFixed(1)})`
  const bytes = [bytesPerHop.composite, bytesPerHop.mesh].map((count) => count.toFixed(0).padStart(8)).join(' ')
  console.log(`${name.padEnd(8)} ${cells.join('   ')}   ${ratio.padEnd(28)} ${bytes}`)
}
console.log(`written to ${file}`)
process.exitCode = (results['all']?.timesFaster.median ?? 0) >= GOAL ? 0 : 1
