import fs from 'node:fs'
import path from 'node:path'
import { CHARTS } from './helm.ts'

interface Schema {
  properties?: Record<string, Schema>
  $ref?: string
  definitions?: Record<string, Schema>
}

/** The dotted path of every key in the schema of a chart (a folder below `charts/`), maps included. */
export function schemaKeys(chart: string): string[] {
  const root = JSON.parse(fs.readFileSync(path.join(CHARTS, chart, 'values.schema.json'), 'utf8')) as Schema
  const keysBelow = (schema: Schema, at: string): string[] => {
    const { properties = {} } = resolve(schema, root)
    return Object.entries(properties).flatMap(([key, child]) => {
      const own = at === '' ? key : `${at}.${key}`
      return [own, ...keysBelow(child, own)]
    })
  }
  return keysBelow(root, '')
}

function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace('#/definitions/', '')
  return name === undefined ? schema : (root.definitions?.[name] ?? {})
}
