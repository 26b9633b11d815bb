import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { forwardHeaders } from '@throughline/propagation'
import { MeshPropagator } from '@throughline/propagation/otel'
import { type Headers, hopThrough, keep, leastPropagator, lookOnce } from './hop.ts'
import { type Sample, type Spread, sample, spread } from './measure.ts'
import { SCENARIOS } from './scenarios.ts'

// The first argument, if there is one, is the file for the figures.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '9' }, times: { type: 'string', default: '200000' } },
})
const ROUNDS = Number(values.rounds)
const TIMES = Number(values.times)

/** The usual composite: W3C, B3 multi and baggage. */
const composite = new CompositePropagator({
  propagators: [
    new W3CTraceContextPropagator(),
    new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
    new W3CBaggagePropagator(),
  ],
})

const mesh = new MeshPropagator()

/** Variants take turns within each round, in another order each time, so that a busy machine slows all of them. */
function measure(headers: Headers) {
  const variants = {
    composite: hopThrough(composite),
    mesh: hopThrough(mesh),
    forward: (incoming: Headers) => forwardHeaders(incoming),
    floor: hopThrough(leastPropagator(mesh, headers, keep)),
    look: hopThrough(leastPropagator(mesh, headers, lookOnce)),
  }
  const names = Object.keys(variants) as (keyof typeof variants)[]
  const samples = { composite: [], mesh: [], forward: [], floor: [], look: [] } as Record<
    keyof typeof variants,
    Sample[]
  >
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      const hop = variants[name]
      const measured = sample(() => hop(headers), TIMES)
      // The first round only warms up.
      if (round > 0) samples[name].push(measured)
    }
  }
  const nsOf = (name: keyof typeof variants) => samples[name].map(({ ns }) => ns)
  const bytesOf = (name: keyof typeof variants) => spread(samples[name].map(({ bytes }) => bytes)).median
  /** Ratios are taken within a round. */
  const compositeOver = (name: keyof typeof variants) =>
    spread(samples.composite.map(({ ns }, round) => ns / (samples[name][round]?.ns ?? Number.NaN)))
  return {
    nsPerHop: {
      composite: spread(nsOf('composite')),
      mesh: spread(nsOf('mesh')),
      forward: spread(nsOf('forward')),
      floor: spread(nsOf('floor')),
      look: spread(nsOf('look')),
    },
    bytesPerHop: { composite: bytesOf('composite'), mesh: bytesOf('mesh'), floor: bytesOf('floor') },
    timesFaster: compositeOver('mesh'),
    timesFasterFloor: compositeOver('floor'),
    timesFasterLook: compositeOver('look'),
  }
}

const show = ({ median, min, max }: Spread) => `${median.toFixed(1)} (${min.toFixed(1)} … ${max.toFixed(1)})`

const results = Object.fromEntries(Object.entries(SCENARIOS).map(([name, headers]) => [name, measure(headers)]))
const file = path.resolve(positionals[0] ?? 'bench-results/propagation.json')
fs.mkdirSync(path.dirname(file), { recursive: true })
const machine = { node: process.version, arch: process.arch, rounds: ROUNDS, hopsPerRound: TIMES }
fs.writeFileSync(file, `${JSON.stringify({ ...machine, results }, undefined, 2)}\n`)

console.table(
  Object.fromEntries(
    Object.entries(results).map(([name, { nsPerHop, timesFaster, timesFasterFloor, timesFasterLook, bytesPerHop }]) => [
      name,
      {
        'composite ns': Math.round(nsPerHop.composite.median),
        'mesh ns': Math.round(nsPerHop.mesh.median),
        'forward ns': Math.round(nsPerHop.forward.median),
        'floor ns': Math.round(nsPerHop.floor.median),
        'times faster': show(timesFaster),
        'floor times faster': show(timesFasterFloor),
        'with one look': show(timesFasterLook),
        'bytes: composite': Math.round(bytesPerHop.composite),
        mesh: Math.round(bytesPerHop.mesh),
        floor: Math.round(bytesPerHop.floor),
      },
    ]),
  ),
)
console.log(`written to ${file}`)
