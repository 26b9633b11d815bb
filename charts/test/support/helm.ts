import path from 'node:path'
import { buildSubcharts, createHelm, type Helm as Runner, type RenderOptions } from '@throughline/lab-meshes'
import { findHelm, type HelmMajor, messageOf } from '@throughline/lab-programs'
import type { KubeObject } from '@throughline/lab-kube-api'
import type { TestContext } from 'vitest'

/** Folder of the charts. */
export const CHARTS = path.join(import.meta.dirname, '../..')

/** Charts and values files are named below `charts/`. */
export interface Helm {
  run: Runner['run']
  /** Helm's output, rendered or refused. */
  template: Runner['template']
  /** Renders a chart as text. @throws with Helm's own message when it refuses */
  text: (chart: string, options?: RenderOptions) => Promise<string>
  /** Renders a chart to its objects, those of its tests included. */
  objects: (chart: string, options?: RenderOptions) => Promise<KubeObject[]>
  /** Helm's message when it refuses to render; undefined when it renders. */
  refusal: (chart: string, options?: RenderOptions) => Promise<string | undefined>
}

async function createChartsHelm(file: string): Promise<Helm> {
  const { run, template, objects } = createHelm(file)
  // For commands other than rendering: linting, packing, installing.
  for (const chart of ['consul', 'istio']) await buildSubcharts({ run, chart: path.join(CHARTS, chart) })
  return {
    run,
    template: (chart, options) => template(path.join(CHARTS, chart), below(options)),
    async text(chart, options) {
      const result = await template(path.join(CHARTS, chart), below(options))
      if (result.exitCode !== 0) throw new Error(result.stderr)
      return result.stdout
    },
    objects: (chart, options) => objects(path.join(CHARTS, chart), below(options)),
    async refusal(chart, options) {
      const { exitCode, stderr } = await template(path.join(CHARTS, chart), below(options))
      return exitCode === 0 ? undefined : stderr
    },
  }
}

function below(options: RenderOptions = {}): RenderOptions {
  return { ...options, files: (options.files ?? []).map((name) => path.join(CHARTS, name)) }
}

const found = new Map<HelmMajor, Promise<Helm>>()

/** The Helm of a test. A machine without one skips the test and says why; in CI that is a failure. */
export async function requireHelm(context: Pick<TestContext, 'skip'>, major: HelmMajor = 4): Promise<Helm> {
  const helm = found.get(major) ?? findHelm(major).then(createChartsHelm)
  found.set(major, helm)
  return await helm.catch((error: unknown) => giveUp(context, error))
}

/** Skips the test with the reason; in CI, where nothing may be missing, fails it. */
export function giveUp(context: Pick<TestContext, 'skip'>, error: unknown): never {
  if (process.env['CI']) throw error
  return context.skip(messageOf(error))
}
