// @ts-check
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { hasEngine } from '../has-engine.mjs'
import { ROOT } from '../root.mjs'
import { START_PROBE } from './start-probe.mjs'

const ROUNDS = 9
const IMAGES = ['counting', 'dashboard']
/** What the start is compared with: the same service in the same image without the SDK. */
const VARIANTS = /** @type {const} */ ({ traced: {}, untraced: { OTEL_SDK_DISABLED: 'true' } })

/**
 * Builds the images and reports, for each, its size, that of its own layers, and the milliseconds from the start of the
 * program to its first 200, with tracing and without, in turns.
 * @param {string} file where the figures go, as JSON
 */
export function benchImage(file) {
  if (!hasEngine()) {
    console.error('No container engine answers. Start Docker, or where there is none: bash e2e/engine/up.sh')
    return 1
  }
  const rows = IMAGES.map((name) => {
    const image = `throughline/${name}:bench`
    console.error(`Building ${image} …`)
    docker('build', '--quiet', '--target', name, '--tag', image, ROOT)
    /** @type {Record<keyof typeof VARIANTS, number[]>} */
    const times = { traced: [], untraced: [] }
    for (let round = 0; round < ROUNDS; round++) {
      for (const variant of /** @type {const} */ (['traced', 'untraced']))
        times[variant].push(start(image, VARIANTS[variant]))
    }
    const bytes = Number(docker('image', 'inspect', '--format', '{{.Size}}', image))
    const base = Number(docker('image', 'inspect', '--format', '{{.Size}}', 'node:24-slim'))
    const traced = median(times.traced)
    const untraced = median(times.untraced)
    return {
      image: name,
      megabytes: round1(bytes / 1e6),
      ownMegabytes: round1((bytes - base) / 1e6),
      firstAnswerMs: round1(traced),
      spreadMs: [Math.min(...times.traced), Math.max(...times.traced)].map(round1),
      untracedMs: round1(untraced),
      tracingAddsMs: round1(traced - untraced),
    }
  })
  console.table(rows)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, `${JSON.stringify({ rounds: ROUNDS, rows }, null, 2)}\n`)
  return 0
}

/**
 * @param {string} image
 * @param {Record<string, string>} env
 */
function start(image, env) {
  const variables = Object.entries({ HOST: '127.0.0.1', ...env }).flatMap(([name, value]) => [
    '--env',
    `${name}=${value}`,
  ])
  return Number(docker('run', '--rm', '--read-only', ...variables, image, 'node', '-e', START_PROBE))
}

/** @param {string[]} args */
function docker(...args) {
  return execFileSync('docker', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).trim()
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** @param {number} value */
function round1(value) {
  return Math.round(value * 10) / 10
}
