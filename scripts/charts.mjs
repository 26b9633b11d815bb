// @ts-check
import fs from 'node:fs'
import { ROOT } from './root.mjs'

/** Builds the subcharts of every chart that has some, as `helm dependency update` does; tests build them the same way. */
export async function charts() {
  // On a fresh clone the lab is built only by now.
  const [{ findHelm }, { buildSubcharts, createHelm }] = await Promise.all([
    import('@throughline/lab-programs'),
    import('@throughline/lab-meshes'),
  ])
  const { run } = createHelm(await findHelm())
  for (const name of fs.readdirSync(`${ROOT}/charts`)) {
    const chart = `${ROOT}/charts/${name}`
    if (!fs.existsSync(`${chart}/Chart.yaml`)) continue
    if (await buildSubcharts({ run, chart })) console.log(`charts/${name}/charts: built`)
  }
  return 0
}
