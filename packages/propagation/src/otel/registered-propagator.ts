/**
 * What OpenTelemetry's API has registered in this process, read from the global that every 1.x copy uses, so that
 * nothing has to be imported.
 */
interface RegisteredApi {
  readonly propagation?: {
    fields(): string[]
    inject(
      context: unknown,
      carrier: unknown,
      setter: { set(carrier: unknown, name: string, value: string): void },
    ): void
  }
  readonly context?: { active(): unknown }
}

/** The headers written by the propagator of an SDK in this process. */
export interface SdkHeaders {
  /** The names of all headers it may write, in lower case. */
  readonly fields: readonly string[]
  /** The headers it writes on a call made now. */
  readonly headers: readonly [name: string, value: string][]
}

const API = Symbol.for('opentelemetry.js.api.1')

/** The headers of the active span; `undefined` where no SDK has registered a propagator. */
export function activeSdkHeaders(): SdkHeaders | undefined {
  const { propagation, context } = (globalThis as { [API]?: RegisteredApi })[API] ?? {}
  const fields = propagation?.fields().map((name) => name.toLowerCase()) ?? []
  if (propagation === undefined || fields.length === 0) return undefined
  const headers: [string, string][] = []
  // Without a context manager no span is active.
  if (context !== undefined) {
    propagation.inject(context.active(), headers, {
      set: (_carrier, name, value) => headers.push([name.toLowerCase(), value]),
    })
  }
  return { fields, headers }
}
