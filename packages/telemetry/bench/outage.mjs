// @ts-check
// What an outage of the collector costs: `npm run bench -- outage [--rate 5000] [--seconds 30] [--from 5] [--to 15]
// [--only "ours, hangs"]`. The first argument, if there is one, is the file for the figures. Ends with 1 when ours loses
// a span.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, leaveMeasuredCore } from './cores.mjs'
import { measureOutage } from './measure-outage.mjs'
import { OTHERS, OURS } from './outage-cases.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '30' },
    from: { type: 'string', default: '5' },
    to: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
  },
})
const times = {
  rate: Number(values.rate),
  seconds: Number(values.seconds),
  trouble: { from: Number(values.from), to: Number(values.to) },
}
leaveMeasuredCore()
const cases = [...OURS, ...OTHERS].filter(({ name }) => name.startsWith(values.only))
const results = []
for (const each of cases) results.push({ ...(await measureOutage(each, times)), keepsAll: each.keepsAll ?? false })

/** @param {number} bytes */
const mb = (bytes) => Math.round(bytes / 1e6)
console.table(
  Object.fromEntries(
    results.map(({ name, made, lost, twice, stats, p99, cpu, memory }) => [
      name,
      {
        made,
        lost: lost ?? (stats && stats.failed + stats.dropped),
        twice,
        ...stats,
        'p99 ms before': p99.before.toFixed(1),
        'p99 ms during': p99.during.toFixed(1),
        'CPU before': cpu.before.toFixed(2),
        'CPU during': cpu.during.toFixed(2),
        'MB before': mb(memory.before),
        'MB most': mb(memory.most),
        'MB after': mb(memory.after),
      },
    ]),
  ),
)
if (positionals[0] !== undefined) {
  const file = path.resolve(positionals[0])
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, `${JSON.stringify({ machine: describeMachine(), ...times, results }, undefined, 2)}\n`)
}
const losing = results.filter(({ keepsAll, lost }) => keepsAll && lost !== 0)
for (const { name, lost } of losing) console.error(`${name}: ${lost} spans were lost`)
process.exitCode = losing.length === 0 ? 0 : 1
