import { tracestateMember, withoutTracestateMember } from './formats/tracestate.ts'

/** Our member of `tracestate`; its value is `p:` and the span id its sender wrote into every format. */
export const MARK_KEY = 'tl'

/** What comes before the span id in our member. */
export const MARK = `${MARK_KEY}=p:`
const MARK_END = MARK.length + 16
const COMMA = 44
const NO_MARK = { mark: undefined, others: undefined }

/** A list in its two parts: the span id of our member, and the other members. */
export interface MarkedList {
  readonly mark: string | undefined
  readonly others: string | undefined
}

/** Takes our member out of a parsed list. A `tl` of another form is another vendor's, and stays. */
export function splitMark(tracestate: string | undefined): MarkedList {
  if (tracestate === undefined) return NO_MARK
  // Senders put it in front; a proxy that adds a member moves it.
  if (tracestate.startsWith(MARK) && (tracestate.length === MARK_END || tracestate.charCodeAt(MARK_END) === COMMA)) {
    return { mark: tracestate.slice(MARK.length, MARK_END), others: tracestate.slice(MARK_END + 1) }
  }
  const value = tracestateMember(tracestate, MARK_KEY)
  if (value === undefined || !value.startsWith('p:')) return { mark: undefined, others: tracestate }
  return { mark: value.slice(2), others: withoutTracestateMember(tracestate, MARK_KEY) }
}

/** Whether another vendor has taken our key, so that there is no room for our member. */
export function hasForeignMark(others: string): boolean {
  return others.includes('tl=') && tracestateMember(others, MARK_KEY) !== undefined
}
