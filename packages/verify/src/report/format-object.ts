import type { ObjectLine } from '../findings/finding.ts'
import type { Finding } from '../findings/judge.ts'

/** `Telemetry shop/tracing spec.tracing[0]`. */
export const formatObject = ({ kind, name, field }: ObjectLine): string => `${kind} ${name} ${field}`

/** The object, and where it is written if that is known; undefined without an object. */
export function formatWhere({ object, location }: Pick<Finding, 'object' | 'location'>): string | undefined {
  if (object === undefined) return undefined
  return `${formatObject(object)}${location === undefined ? '' : ` (${location.file}:${location.line})`}`
}
