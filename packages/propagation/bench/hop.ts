import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type TextMapPropagator,
} from '@opentelemetry/api'

export type Headers = Readonly<Record<string, string>>

/** One hop through OpenTelemetry's interface: read the headers of a request, write those of a call. */
export function hopThrough(propagator: Pick<TextMapPropagator, 'extract' | 'inject'>): (headers: Headers) => Headers {
  return (headers) => {
    const context: Context = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)
    const carrier: Record<string, string> = {}
    propagator.inject(context, carrier, defaultTextMapSetter)
    return carrier
  }
}

/** How `leastPropagator` handles a value that it has read. */
export type Look = (value: unknown) => void

/** Stores it; otherwise, reading could be optimised away. */
export const keep: Look = (value) => {
  last = value
}

const PRINTABLE = /^[!-~]*$/

/** Reads each character once in the fastest way: no validation can take less. */
export const lookOnce: Look = (value) => {
  last = typeof value === 'string' && PRINTABLE.test(value)
}

/** The last value read. */
export let last: unknown

/**
 * The least that a hop can cost: a propagator that makes the same calls of getter and setter as `propagator` does for
 * these headers, handles values only as configured, and creates none of the values that it writes.
 */
export function leastPropagator(
  propagator: TextMapPropagator,
  headers: Headers,
  look: Look,
): Pick<TextMapPropagator, 'extract' | 'inject'> {
  const read: string[] = []
  const written: [name: string, value: string][] = []
  const get = (carrier: Headers, name: string) => {
    read.push(name)
    return carrier[name]
  }
  const context = propagator.extract(ROOT_CONTEXT, headers, { get, keys: Object.keys })
  propagator.inject(context, {}, { set: (_carrier, name, value) => written.push([name, value]) })
  return {
    extract(parent, carrier, getter) {
      for (const name of read) look(getter.get(carrier, name))
      return parent
    },
    inject(_context, carrier, setter) {
      for (const [name, value] of written) setter.set(carrier, name, value)
    },
  }
}
