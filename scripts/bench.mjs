// @ts-check
import fs from 'node:fs'
import { runNpm } from './install.mjs'
import { ROOT } from './root.mjs'
import { runTool } from './spawn.mjs'

/**
 * A package has one benchmark by its own name; these are others.
 * @type {Record<string, { workspace: string, script: string }>}
 */
const OTHERS = { outage: { workspace: 'telemetry', script: 'bench:outage' } }
const PAGE = 'scripts/docs/performance.test.ts'

/**
 * Runs the benchmark of one package, the one of outages, that of the images or that of the demo, or the soak; its figures go into a file that git does
 * not see.
 * @param {string[]} args the package's name, then arguments for its benchmark; `--write-docs` keeps the figures and
 * rewrites docs/reference/performance.md
 */
export async function bench(args) {
  const [name = '', ...rest] = args.filter((argument) => argument !== '--write-docs')
  const known = { ...packagesWithBench(), ...OTHERS }
  const names = [...Object.keys(known), 'image', 'demo', 'soak'].join(' | ')
  if (name === '--help' || name === '-h') {
    console.log(`usage: npm run bench -- <${names}> [--write-docs]`)
    return 0
  }
  if (name === 'image') {
    const { benchImage } = await import('./bench-image.mjs')
    return benchImage(`${ROOT}/.throughline/bench/bench-image.json`)
  }
  if (name === 'soak') {
    const { soak } = await import('./soak/soak.mjs')
    return soak(rest)
  }
  if (name === 'demo') {
    const { benchDemo } = await import('./bench-demo.mjs')
    const keeps = args.includes('--write-docs')
    const code = await benchDemo(`${ROOT}/${keeps ? 'docs/reference/data' : '.throughline/bench'}/bench-demo.json`)
    if (code !== 0 || !keeps) return code
    return runTool('vitest/vitest.mjs', ['run', '--project=repository', 'scripts/docs/requirements.test.ts', '-u'], {
      watched: true,
    })
  }
  const benchmark = known[name]
  if (benchmark === undefined) {
    console.error(`npm run bench -- <${names}>`)
    return 2
  }
  const keeps = args.includes('--write-docs')
  // A Node's figures are its own: one is not comparable with another.
  const major = process.versions.node.split('.')[0]
  const file = `${ROOT}/${keeps ? 'docs/reference/data' : '.throughline/bench'}/bench-${name}-node${major}.json`
  const { workspace, script } = benchmark
  const run = ['run', '--silent', script, `--workspace=@throughline/${workspace}`, '--', file, ...rest]
  const code = await runNpm(run, { watched: true })
  if (code !== 0) console.error(`The benchmark of ${name} ended with ${code}.`)
  if (!keeps) return code
  // The page first: `-u` takes what follows it for its value.
  const written = await runTool('vitest/vitest.mjs', ['run', '--project=repository', PAGE, '-u'], { watched: true })
  return code === 0 ? written : code
}

/** @returns {Record<string, { workspace: string, script: string }>} */
function packagesWithBench() {
  const names = fs.readdirSync(`${ROOT}/packages`).filter((name) => {
    const manifest = `${ROOT}/packages/${name}/package.json`
    return fs.existsSync(manifest) && 'bench' in (JSON.parse(fs.readFileSync(manifest, 'utf8')).scripts ?? {})
  })
  return Object.fromEntries(names.map((workspace) => [workspace, { workspace, script: 'bench' }]))
}
