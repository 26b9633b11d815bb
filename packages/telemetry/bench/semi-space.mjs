// @ts-check
// What a larger young generation saves and takes: `npm run bench -- semi-space [--rounds 4] [--passes 12]
// [--requests 4096] [--warm-up 32000]`. The first argument, if there is one, is the file for the figures.
import { parseArgs } from 'node:util'
import { describeMachine, leaveMeasuredCore } from './cores.mjs'
import { measureRounds, ROUND_OPTIONS } from './rounds.mjs'
import { intervalOf, medianOf } from './statistics.mjs'
import { VARIANTS } from './variants.mjs'
import { writeFigures } from './write-figures.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: ROUND_OPTIONS,
})
/** MB that each half of the young generation begins with, instead of V8's own 1. */
const SIZES = [16]
const variants = VARIANTS.filter(({ name }) => name === 'plain' || name === 'ours').flatMap((variant) => [
  variant,
  ...SIZES.map((size) => ({
    ...variant,
    name: `${variant.name}, ${size} MB`,
    execArgv: [`--min-semi-space-size=${size}`],
  })),
])

leaveMeasuredCore()
const settings = { rounds: Number(values.rounds), passes: Number(values.passes), requests: Number(values.requests) }
const { rounds, halfRate } = await measureRounds(variants, {
  ...settings,
  warmUp: Number(values['warm-up']),
  handler: 'nothing',
  headers: 0,
  rate: undefined,
  onSlice: () => process.stderr.write('.'),
})
process.stderr.write('\n')
const sizes = variants.map(({ name }) => {
  const blocks = rounds.map((measured) => measured.get(name)?.blocks ?? [])
  const halves = rounds.map((measured) => [measured.get(name)?.half ?? []].flat())
  return { variant: name, full: figuresOf(blocks), half: figuresOf(halves) }
})
console.log(`Medians at as many requests as are answered, and at ${halfRate} a second:`)
console.table(
  Object.fromEntries(
    sizes.map(({ variant, full, half }) => [variant, { ...columns(full, ''), ...columns(half, ', half') }]),
  ),
)
writeFigures(positionals[0], { machine: describeMachine(), ...settings, halfRate, sizes })

/** @param {import('./rounds.mjs').Slice[][]} all */
function figuresOf(all) {
  /** @param {(slice: import('./rounds.mjs').Slice) => number} read */
  const interval = (read) => intervalOf(all, (slices) => medianOf(slices.map(read)))
  return {
    cpuMicros: interval(({ cpu }) => cpu),
    gcMicros: interval(({ gcMicros }) => gcMicros),
    megabytes: interval(({ rss }) => rss / 1e6),
    p99: interval(({ p99 }) => p99),
  }
}

/** @param {ReturnType<typeof figuresOf>} figures @param {string} at */
function columns(figures, at) {
  return Object.fromEntries(
    Object.entries(figures).map(([name, { median, low, high }]) => [
      `${name}${at}`,
      `${median.toFixed(1)} (${low.toFixed(1)} … ${high.toFixed(1)})`,
    ]),
  )
}
