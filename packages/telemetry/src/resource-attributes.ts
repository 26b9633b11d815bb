import { randomUUID } from 'node:crypto'
import { diag } from '@opentelemetry/api'
import { programVersion } from './program-version.ts'

/** As the SDK has it. */
const LONGEST = 255

/**
 * `OTEL_RESOURCE_ATTRIBUTES` with what the program knows of itself, unless the list says it: `service.instance.id`, which
 * is new with each process, and `service.version` (OpenTelemetry semantic conventions 1.45, Service).
 */
export function resourceAttributes(list = '', version = programVersion()): string {
  const detected = [`service.instance.id=${randomUUID()}`]
  if (version !== undefined) detected.push(`service.version=${encodeURIComponent(version)}`)
  // Of two members with one key the last one counts.
  return [...detected, goodResourceAttributes(list)].filter(Boolean).join(',')
}

/**
 * `OTEL_RESOURCE_ATTRIBUTES` without the members that break its format (OpenTelemetry resource SDK, "Specifying resource
 * information via an environment variable"), each of which is named in a warning. The SDK would drop the whole list for
 * one of them, the service's name included.
 */
export function goodResourceAttributes(list: string): string {
  const members = list.split(',').filter((member) => member.trim() !== '')
  return members.filter(isGoodMember).join(',')
}

function isGoodMember(member: string): boolean {
  const problem = problemOf(member)
  if (problem !== undefined) diag.warn(`OTEL_RESOURCE_ATTRIBUTES: "${member.trim()}" is left out: ${problem}`)
  return problem === undefined
}

function problemOf(member: string): string | undefined {
  const [key, value, ...more] = member.split('=').map((part) => decode(part.trim()))
  if (key === undefined || value === undefined || more.length > 0)
    return 'it must have exactly one =; write others as %3D'
  if (value === null || key === null) return 'write a literal % as %25'
  if (key === '') return 'it has no key'
  if (/^["']/.test(key)) return 'the list must not be quoted'
  return Math.max(key.length, value.length) > LONGEST ? `longer than ${LONGEST} characters` : undefined
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
