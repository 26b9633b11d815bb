// @ts-check
import fs from 'node:fs'
import { hasEngine } from './has-engine.mjs'
import { ROOT } from './root.mjs'
import { runProject } from './run-project.mjs'

/** The files of each project, as vitest.config.ts has them. */
const PROJECTS = {
  verify: /^e2e\/verify\//,
  mesh: /^e2e\/(?:contract\/)?(?:consul|istio)/,
  compose: /^e2e\/compose\//,
}

/**
 * The scenarios that need the machine to themselves: `throughline verify` on broken paths, then those with a control plane
 * (Consul, Istio), then those with containers (compose). Without its programs a part is left out, and a line says how to
 * get them; in CI that is a failure.
 * @param {string[]} filters with any, only the test files whose path holds one of them
 */
export async function testMesh(filters) {
  // On a fresh clone the lab is built only by now.
  const { findEnvoy, findGoTool, findOnPath, goTools, stockServices, versions } =
    await import('@throughline/lab-programs')
  /** @type {string[]} */
  const skipped = []
  /** @param {string} part @param {() => unknown} requirement */
  const requires = async (part, requirement) => {
    try {
      await requirement()
    } catch (error) {
      console.error(`skipped: every test of ${part}. ${error instanceof Error ? error.message : String(error)}`)
      skipped.push(part)
    }
  }
  await requires('verify', () => findEnvoy({ log: console.error }))
  await requires('verify/backends', async () => {
    await findGoTool(goTools.jaeger)
    const found = await Promise.all(['mvn', 'jlink'].map((program) => findOnPath(program, process.env)))
    if (found.includes(undefined)) throw new Error('Zipkin comes by Maven and a JDK: put mvn and jlink on PATH.')
  })
  // As with Envoy: not by the first test, which would run into its time limit.
  await requires('verify/stock', () => stockServices({ log: console.error }))
  for (const mesh of /** @type {const} */ (['consul', 'istio'])) {
    await requires(mesh, async () => {
      await findGoTool(goTools[mesh])
      // Now and not by the first test, which would run into its time limit.
      await findEnvoy({ version: versions[mesh].envoy, log: console.error })
    })
  }
  await requires('compose', async () => {
    if (hasEngine()) return
    requireMeansForEngine()
    // Where the engine is ours, its images are made of programs, and Jaeger is one of them.
    await findGoTool(goTools.jaeger)
  })
  if (skipped.length > 0 && process.env['CI']) {
    console.error('CI skips no test: build what is missing first.')
    return 1
  }

  const without = skipped.flatMap((part) => [`--exclude=e2e/${part}/**`, `--exclude=e2e/contract/${part}*`])
  const codes = []
  for (const project of /** @type {const} */ (['verify', 'mesh', 'compose'])) {
    if (skipped.includes(project) || !hasFile(PROJECTS[project], filters)) continue
    codes.push(await runProject(project, [...without, ...filters]))
  }
  if (codes.length === 0 && skipped.length === 0) {
    console.error(`No test file of test:mesh has ${filters.join(' or ')} in its path.`)
    return 1
  }
  return codes.find((code) => code !== 0) ?? 0
}

/**
 * Whether a filter leaves a project anything to do: an empty run would write empty results over those of another.
 * @param {RegExp} project
 * @param {string[]} filters as vitest takes them
 */
function hasFile(project, filters) {
  const fragments = filters.filter(
    (filter, index) => !filter.startsWith('-') && !/^-(?:t|-testNamePattern)$/.test(filters[index - 1] ?? ''),
  )
  const files = fs
    .readdirSync(`${ROOT}/e2e`, { recursive: true, encoding: 'utf8' })
    .map((file) => `e2e/${file.replaceAll('\\', '/')}`)
  return files.some(
    (file) =>
      file.endsWith('.test.ts') &&
      project.test(file) &&
      (fragments.length === 0 || fragments.some((fragment) => file.includes(fragment))),
  )
}

/** @throws where none can be started */
function requireMeansForEngine() {
  if (process.platform === 'linux' && process.getuid?.() === 0) return
  throw new Error('No container engine answers, and none can be started here: that needs Linux and root. Start Docker.')
}
