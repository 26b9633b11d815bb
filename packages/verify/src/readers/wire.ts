/** A text from the wire, cut at `most` characters; null for anything else, and for an empty text. */
export function parseText(value: unknown, most: number): string | null {
  if (typeof value !== 'string' || value === '') return null
  return value.length > most ? `${value.slice(0, most - 1)}…` : value
}
