// @ts-check
// What an exporter loses at a steady rate: `npm run bench -- exporter [--seconds 10] [--only ours]`. The first argument, if there is
// one, is the file for the figures.
import { parseArgs } from 'node:util'
import { describeMachine, leaveMeasuredCore } from './cores.mjs'
import { STEADY } from './exporter-cases.mjs'
import { measureExporter } from './measure-exporter.mjs'
import { writeFigures } from './write-figures.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '10' }, only: { type: 'string', default: '' } },
})

leaveMeasuredCore()
const steady = []
for (const each of STEADY.filter(({ name }) => name.startsWith(values.only)))
  steady.push(await measureExporter({ ...each, seconds: Number(values.seconds) }))
console.table(steady)
writeFigures(positionals[0], { machine: describeMachine(), steady })
