import { currentForwardHeaders } from '../forward.ts'
import { mayForward, type ShouldForward } from './may-forward.ts'
import { activeSdkHeaders } from '../otel/registered-propagator.ts'
import { processState } from '../process-state.ts'
import type { Header } from '../stale-headers.ts'

/** Options of every adapter for outgoing calls. */
export interface OutgoingOptions {
  /** Which calls get the headers, by the URL that is called. Default: all. None gets them when it throws. */
  readonly shouldForward?: ShouldForward | undefined
}

/**
 * The headers an adapter sets on a call, all of one context. Beside an OpenTelemetry SDK they are what its propagator
 * writes for the active span, which an instrumentation below may replace by its own span's. None if something in this
 * process sets the headers of every call.
 *
 * @param url computed only if needed.
 * @returns undefined where the call may have no headers, whatever would set them.
 */
export function headersToSet(url: () => string, { shouldForward }: OutgoingOptions): readonly Header[] | undefined {
  if (processState.owned) return mayForward(shouldForward, url) ? NO_HEADERS : undefined
  const forwarded = Object.entries(currentForwardHeaders())
  const sdk = activeSdkHeaders()
  if (forwarded.length === 0 && sdk === undefined) return NO_HEADERS
  if (!mayForward(shouldForward, url)) return undefined
  if (sdk === undefined) return forwarded
  const writesContext = sdk.fields.some(isContextHeader)
  const remaining = forwarded.filter(
    ([name]) => !sdk.fields.includes(name) && !(writesContext && isContextHeader(name)),
  )
  return [...remaining, ...sdk.headers]
}

function isContextHeader(name: string): boolean {
  return name === 'traceparent' || name === 'tracestate' || name === 'b3' || /^(x-b3|x-datadog)-/.test(name)
}

const NO_HEADERS: readonly Header[] = []
