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
  static readonly EMPTY = new MeshTraceState('', false)

  // One is made for every request, and a `#field` takes several times as long to make.
  private readonly list: string
  /** Whether another vendor has taken the key of our member, see {@link splitMark}. */
  readonly isTaken: boolean

  /** @param list as `parseTracestate` returns it, without our own member; or `''`. */
  constructor(list: string, isTaken: boolean) {
    this.list = list
    this.isTaken = isTaken
  }

  /** The list of any implementation without our own member, checked; empty where it breaks W3C Trace Context's grammar. */
  static of(traceState: TraceState | undefined): MeshTraceState {
    if (traceState === undefined) return MeshTraceState.EMPTY
    if (traceState instanceof MeshTraceState) return traceState
    const { others = '', isTaken } = splitMark(parseTracestate(traceState.serialize()))
    return new MeshTraceState(others, isTaken)
  }

  /** A key or value that breaks the grammar changes nothing, and neither does our own key: sending sets that. */
  set(key: string, value: string): MeshTraceState {
    if (!isTracestateKey(key) || !isTracestateValue(value) || key === MARK_KEY) return this
    return new MeshTraceState(withTracestateMember(this.list, key, value), this.isTaken)
  }

  unset(key: string): MeshTraceState {
    return new MeshTraceState(withoutTracestateMember(this.list, key), this.isTaken && key !== MARK_KEY)
  }

  get(key: string): string | undefined {
    return tracestateMember(this.list, key)
  }

  serialize(): string {
    return this.list
  }
}
