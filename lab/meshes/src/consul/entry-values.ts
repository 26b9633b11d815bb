import { LabError, messageOf } from '@throughline/lab-programs'

/** The value that a string of JSON holds; `list` for what Consul puts between brackets itself. */
export function parseText(value: unknown, where: string, as: 'value' | 'list' = 'value'): unknown {
  requireString(value, where)
  try {
    return JSON.parse(as === 'list' ? `[${value}]` : value)
  } catch (error) {
    throw invalid(where, `holds no JSON (${messageOf(error)})`)
  }
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function invalid(where: string, what: string): LabError {
  return new LabError('TL_MESH_CONFIG_INVALID', `${where}: ${what}`)
}

/** Makes sure that a value is a string, as Consul wants JSON to be. */
export function requireString(value: unknown, where: string): asserts value is string {
  if (typeof value === 'string') return
  const found = Array.isArray(value) ? 'a list' : value === null ? 'null' : isMap(value) ? 'a map' : `a ${typeof value}`
  throw invalid(where, `is ${found}, which Consul takes and ignores; it must be a string that holds JSON`)
}
