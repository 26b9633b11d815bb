// @ts-check
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ROOT } from '../root.mjs'
import { runProgram } from '../spawn.mjs'
import { START_PROBE } from './start-probe.mjs'

const SERVICE = 'counting'
/** @type {Record<'traced' | 'unexported' | 'plain', Record<string, string>>} */
const VARIANTS = { traced: {}, unexported: { OTEL_TRACES_EXPORTER: 'none' }, plain: { OTEL_SDK_DISABLED: 'true' } }

/**
 * The milliseconds from the start of a service to its first 200, with tracing, without an exporter and without tracing,
 * in turns: the bundle of the image on this machine, without a container.
 * @param {string} file where the figures go, as JSON
 * @param {{ rounds?: number | undefined }} [options]
 */
export async function benchStart(file, { rounds = 25 } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-start-'))
  try {
    const bundled = await runProgram(process.execPath, [`${ROOT}/scripts/bundle.mjs`, SERVICE, `${folder}/app`])
    if (bundled !== 0) return bundled
    const times = []
    const names = /** @type {(keyof typeof VARIANTS)[]} */ (Object.keys(VARIANTS))
    process.stderr.write(`Starting ${SERVICE} ${names.length * (rounds + 1)} times `)
    for (let round = 0; round <= rounds; round += 1) {
      const time = { traced: NaN, unexported: NaN, plain: NaN }
      // In turns, each first once in a while.
      const first = round % names.length
      for (const name of [...names.slice(first), ...names.slice(0, first)])
        time[name] = timeStart(folder, VARIANTS[name])
      // The first round only fills the file system's cache.
      if (round > 0) times.push(time)
      process.stderr.write('.')
    }
    process.stderr.write('\n')
    const figures = {
      node: process.version,
      service: SERVICE,
      rounds,
      tracedMs: spread(times.map(({ traced }) => traced)),
      plainMs: spread(times.map(({ plain }) => plain)),
      addedMs: spread(times.map(({ traced, plain }) => traced - plain)),
      addedShare: spread(times.map(({ traced, plain }) => traced / plain - 1)),
      /** The parts of what is added: the SDK's modules with what hooks them in; the exporter, and spans that go to it. */
      sdkMs: spread(times.map(({ unexported, plain }) => unexported - plain)),
      exporterMs: spread(times.map(({ traced, unexported }) => traced - unexported)),
    }
    console.table(
      Object.fromEntries(
        Object.entries(figures).flatMap(([name, value]) => (typeof value === 'object' ? [[name, value]] : [])),
      ),
    )
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`)
    return 0
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} folder
 * @param {Record<string, string>} variables
 */
function timeStart(folder, variables) {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', START_PROBE], {
    cwd: `${folder}/app/dist`,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      SOCKET_PATH: `${folder}/socket`,
      ...variables,
    },
  })
  const ms = Number.parseFloat(stdout)
  if (Number.isNaN(ms)) throw new Error(`the service did not start: ${stderr}`)
  return ms
}

/** @param {number[]} numbers */
function spread(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  /** @param {number} share */
  const at = (share) => Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN) * 1000) / 1000
  return { median: at(0.5), min: at(0), max: at(1) }
}
