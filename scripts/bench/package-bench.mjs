// @ts-check
import fs from 'node:fs'
import { runNpm } from '../install.mjs'
import { ROOT } from '../root.mjs'

/**
 * A package has one benchmark by its own name; these are others.
 * @type {Record<string, { workspace: string, script: string }>}
 */
const OTHERS = {
  exporter: { workspace: 'telemetry', script: 'bench:exporter' },
  'semi-space': { workspace: 'telemetry', script: 'bench:semi-space' },
  outage: { workspace: 'telemetry', script: 'bench:outage' },
}

/**
 * What is only a part of a benchmark.
 * @type {typeof OTHERS}
 */
const PARTS = { 'growth of requests': { workspace: 'telemetry', script: 'bench:growth' } }

/** The names of all benchmarks that packages have. */
export function packageBenches() {
  const names = fs.readdirSync(`${ROOT}/packages`).filter((name) => {
    const manifest = `${ROOT}/packages/${name}/package.json`
    return fs.existsSync(manifest) && 'bench' in (JSON.parse(fs.readFileSync(manifest, 'utf8')).scripts ?? {})
  })
  return [...names, ...Object.keys(OTHERS)]
}

/**
 * Runs a benchmark in its workspace and gives its exit code.
 * @param {string} name one of `packageBenches()`
 * @param {string[]} args the file for its figures, then its own flags
 */
export async function runPackageBench(name, args) {
  const { workspace, script } = { ...OTHERS, ...PARTS }[name] ?? { workspace: name, script: 'bench' }
  const run = ['run', '--silent', script, `--workspace=@throughline/${workspace}`, '--', ...args]
  const code = await runNpm(run, { watched: true })
  if (code !== 0) console.error(`The benchmark of ${name} ended with ${code}.`)
  return code
}
