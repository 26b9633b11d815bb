import fs from 'node:fs'
import path from 'node:path'

const folder = path.join(import.meta.dirname, '../../../charts/istio/examples')

/** Every example of charts/istio: its name, which is also the namespace the tests give it, and its values file. */
export const examples = fs
  .readdirSync(folder)
  .toSorted()
  .map((name) => ({ name, file: `istio/examples/${name}/values.yaml` }))
