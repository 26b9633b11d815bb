import type { TraceState } from '@opentelemetry/api'
import {
  isTracestateKey,
  isTracestateValue,
  parseTracestate,
  tracestateMember,
  withTracestateMember,
  withoutTracestateMember,
} from './tracestate.ts'

/** OpenTelemetry's `TraceState` over a list that has been checked already, so reading and writing it costs nothing. */
export class MeshTraceState implements TraceState {
  readonly #list: string

  /** @param list as `parseTracestate` returns it, or `''`. */
  constructor(list: string) {
    this.#list = list
  }

  /** Any other implementation's list, checked; `''` where it breaks the grammar of W3C Trace Context. */
  static listOf(traceState: TraceState | undefined): string {
    if (traceState === undefined) return ''
    return traceState instanceof MeshTraceState ? traceState.#list : (parseTracestate(traceState.serialize()) ?? '')
  }

  /** A key or value that breaks the grammar changes nothing. */
  set(key: string, value: string): MeshTraceState {
    if (!isTracestateKey(key) || !isTracestateValue(value)) return this
    return new MeshTraceState(withTracestateMember(this.#list, key, value))
  }

  unset(key: string): MeshTraceState {
    return new MeshTraceState(withoutTracestateMember(this.#list, key))
  }

  get(key: string): string | undefined {
    return tracestateMember(this.#list, key)
  }

  serialize(): string {
    return this.#list
  }
}
