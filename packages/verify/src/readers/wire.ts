/** Whether a value from the wire is an object with members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text from the wire, cut at `most` characters; null for anything else, and for an empty text. */
export function parseText(value: unknown, most: number): string | null {
  if (typeof value !== 'string' || value === '') return null
  return value.length > most ? `${value.slice(0, most - 1)}…` : value
}
