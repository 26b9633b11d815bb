import fs from 'node:fs'
import path from 'node:path'
import { CHARTS } from './helm.ts'

export interface GoldenCase {
  chart: string
  name: string
  /** Values files, below `charts/`. */
  files: string[]
  /** Folder of the rendered objects, absolute. */
  folder: string
}

/** Every example: a folder `examples/<name>` of a chart, with a values file. */
export function goldenCases(): GoldenCase[] {
  return ['consul', 'istio'].flatMap((chart) => {
    const examples = path.join(CHARTS, chart, 'examples')
    if (!fs.existsSync(examples)) return []
    return fs
      .readdirSync(examples)
      .toSorted()
      .map((name) => ({
        chart,
        name,
        files: [`${chart}/examples/${name}/values.yaml`],
        folder: path.join(examples, name, 'rendered'),
      }))
  })
}
