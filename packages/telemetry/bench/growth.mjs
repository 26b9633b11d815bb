// @ts-check
// How the cost of a request grows with the rate and with its headers: `npm run bench -- growth [--rates 1000,…]
// [--headers 0,…] [--seconds 2] [--warm-up 32000]`. The first argument, if there is one, is the file for the figures.
import { parseArgs } from 'node:util'
import { describeMachine, leaveMeasuredCore } from './cores.mjs'
import { medianOf } from './statistics.mjs'
import { startVariant } from './variant-server.mjs'
import { VARIANTS } from './variants.mjs'
import { writeFigures } from './write-figures.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rates: { type: 'string', default: '1000,2000,4000,8000,16000,32000' },
    headers: { type: 'string', default: '0,20,80,320,1280' },
    seconds: { type: 'string', default: '2' },
    'warm-up': { type: 'string', default: '32000' },
  },
})
const seconds = Number(values.seconds)
const load = { warmUp: Number(values['warm-up']), handler: 'nothing', headers: 0 }
const variants = VARIANTS.filter(({ name }) => name === 'plain' || name === 'ours')
const BLOCKS = 9
const BLOCK_REQUESTS = 2000
/** Of what is due, the share that counts as answered. */
const KEPT_UP = 0.95

leaveMeasuredCore()
const rates = []
for (const variant of variants) rates.push(...(await measureRates(variant)))
const headers = []
for (const variant of variants) headers.push(...(await measureHeaders(variant)))
console.table(rates)
console.table(headers)
writeFigures(positionals[0], { machine: describeMachine(), rates, headers })

/** Each rate up to the first that isn't kept up with. @param {import('./variants.mjs').Variant} variant */
async function measureRates(variant) {
  const rows = []
  const server = await startVariant(variant, load)
  for (const due of numbers(values.rates)) {
    const { rate, cpu, gcMicros, busy, p50, p99, rss, lost } = await server.measure(due * seconds, due)
    const row = {
      variant: variant.name,
      due,
      rate,
      cpuMicros: cpu,
      gcMicros,
      busy,
      p50,
      p99,
      megabytes: rss / 1e6,
      lost,
    }
    rows.push({ ...row, keepsUp: rate >= KEPT_UP * due })
    process.stderr.write('.')
    if (rate < KEPT_UP * due) break
  }
  await server[Symbol.asyncDispose]()
  return rows
}

/** @param {import('./variants.mjs').Variant} variant */
async function measureHeaders(variant) {
  const rows = []
  for (const count of numbers(values.headers)) {
    try {
      const server = await startVariant(variant, { ...load, headers: count })
      const micros = []
      for (let block = 0; block < BLOCKS; block += 1) micros.push((await server.measure(BLOCK_REQUESTS)).cpu)
      await server[Symbol.asyncDispose]()
      rows.push({ variant: variant.name, headers: count, cpuMicros: medianOf(micros), refused: undefined })
    } catch (error) {
      const status = /^HTTP\/1\.1 (\d+ .*)/.exec(error instanceof Error ? error.message : '')?.[1]
      if (status === undefined) throw error
      rows.push({ variant: variant.name, headers: count, cpuMicros: undefined, refused: status.trim() })
    }
    process.stderr.write('.')
  }
  return rows
}

/** @param {string} list */
function numbers(list) {
  return list.split(',').map(Number)
}
