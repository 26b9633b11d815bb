import type { TraceState } from '@opentelemetry/api'
import { MARK_KEY, splitMark } from '../mark.ts'
import {
  isTracestateKey,
  isTracestateValue,
  parseTracestate,
  tracestateMember,
  withTracestateMember,
  withoutTracestateMember,
} from '../formats/tracestate.ts'

/** OpenTelemetry's `TraceState` over a validated list, so reading and writing it costs nothing. */
export class MeshTraceState implements TraceState {
  readonly #list: string

  /** @param list as `parseTracestate` returns it, without our own member; or `''`. */
  constructor(list: string) {
    this.#list = list
  }

  /**
   * The list of any implementation without our own member, checked; `''` where it breaks the grammar of W3C Trace
   * Context.
   */
  static othersOf(traceState: TraceState | undefined): string {
    if (traceState === undefined) return ''
    if (traceState instanceof MeshTraceState) return traceState.#list
    return splitMark(parseTracestate(traceState.serialize())).others ?? ''
  }

  /** A key or value that breaks the grammar changes nothing, and neither does our own key: sending sets that. */
  set(key: string, value: string): MeshTraceState {
    if (!isTracestateKey(key) || !isTracestateValue(value) || key === MARK_KEY) return this
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
