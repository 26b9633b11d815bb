import { isRecord } from '@throughline/trace-store'
import { LabError, messageOf } from '@throughline/lab-programs'

/** Parses a string of JSON; `list` for what Consul puts between brackets itself. */
export function parseText(value: unknown, where: string, as: 'value' | 'list' = 'value'): unknown {
  requireString(value, where)
  try {
    return JSON.parse(as === 'list' ? `[${value}]` : value)
  } catch (error) {
    throw invalid(where, `is not JSON (${messageOf(error)})`)
  }
}

export function invalid(where: string, what: string): LabError {
  return new LabError('TL_MESH_CONFIG_INVALID', `${where}: ${what}`)
}

/** Requires a string: Consul reads these settings as JSON in a string. */
export function requireString(value: unknown, where: string): asserts value is string {
  if (typeof value === 'string') return
  const found = Array.isArray(value)
    ? 'a list'
    : value === null
      ? 'null'
      : isRecord(value)
        ? 'a map'
        : `a ${typeof value}`
  throw invalid(where, `is ${found}, which Consul accepts and ignores; it must be a string of JSON`)
}
