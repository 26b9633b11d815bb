// @ts-check
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ROOT } from '../root.mjs'
import { runProgram } from '../spawn.mjs'
import { START_PROBE } from './start-probe.mjs'

const SERVICE = 'counting'

/**
 * The milliseconds from the start of a service to its first 200, with tracing and without, in turns: the bundle of the
 * image on this machine, without a container.
 * @param {string} file where the figures go, as JSON
 * @param {{ rounds?: number | undefined }} [options]
 */
export async function benchStart(file, { rounds = 25 } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-start-'))
  try {
    const bundled = await runProgram(process.execPath, [`${ROOT}/scripts/bundle.mjs`, SERVICE, `${folder}/app`])
    if (bundled !== 0) return bundled
    const pairs = []
    process.stderr.write(`Starting ${SERVICE} ${2 * (rounds + 1)} times `)
    for (let round = 0; round <= rounds; round += 1) {
      // In turns, each first every other time.
      const first = round % 2 === 0
      const one = timeStart(folder, first)
      const other = timeStart(folder, !first)
      // The first round only fills the file system's cache.
      if (round > 0) pairs.push(first ? { traced: one, plain: other } : { traced: other, plain: one })
      process.stderr.write('.')
    }
    process.stderr.write('\n')
    const figures = {
      node: process.version,
      service: SERVICE,
      rounds,
      tracedMs: spread(pairs.map(({ traced }) => traced)),
      plainMs: spread(pairs.map(({ plain }) => plain)),
      addedMs: spread(pairs.map(({ traced, plain }) => traced - plain)),
      addedShare: spread(pairs.map(({ traced, plain }) => traced / plain - 1)),
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
 * @param {boolean} isTraced
 */
function timeStart(folder, isTraced) {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', START_PROBE], {
    cwd: `${folder}/app/dist`,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      SOCKET_PATH: `${folder}/socket`,
      ...(!isTraced && { OTEL_SDK_DISABLED: 'true' }),
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
