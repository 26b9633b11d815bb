import { HEADER_CATALOGUE } from './headers.ts'

/** A header to set, its name in lower case. */
export type Header = readonly [name: string, value: string]

const CONTEXT_NAMES = HEADER_CATALOGUE.filter(({ format }) => format === 'w3c' || format === 'b3').map(
  ({ name }) => name,
)

/**
 * The names of headers that must not stay beside those that are set: with a trace context, every other header that
 * holds one. A call has one context; with two, the choice would depend on the receiver.
 */
export function staleBeside(set: readonly Header[]): readonly string[] {
  if (!set.some(([name]) => name === 'x-b3-traceid' || name === 'traceparent' || name === 'b3')) return NONE
  return CONTEXT_NAMES.filter((name) => !set.some((header) => header[0] === name))
}

const NONE: readonly string[] = []
