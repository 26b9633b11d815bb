import { tracestateMember, withoutTracestateMember } from './formats/tracestate.ts'

/** Our member of `tracestate`; its value is `p:` and the span id its sender wrote into every format. */
export const MARK_KEY = 'tl'

/** The part of our member before the span id. */
export const MARK = `${MARK_KEY}=p:`
const MARK_END = MARK.length + 16
const COMMA = 44
const NO_MARK: MarkedList = { mark: undefined, others: undefined, isTaken: false }

/** A list split into the span id of our member and the other members. */
export interface MarkedList {
  readonly mark: string | undefined
  readonly others: string | undefined
  /** Whether another vendor has taken our key, so that there is no room for our member. */
  readonly isTaken: boolean
}

/** Removes our member from a parsed list. A `tl` of another form belongs to another vendor and stays. */
export function splitMark(tracestate: string | undefined): MarkedList {
  if (tracestate === undefined) return NO_MARK
  // Senders put it first; a proxy that adds a member moves it.
  if (tracestate.startsWith(MARK) && (tracestate.length === MARK_END || tracestate.charCodeAt(MARK_END) === COMMA)) {
    return {
      mark: tracestate.slice(MARK.length, MARK_END),
      others: tracestate.slice(MARK_END + 1),
      isTaken: false,
    }
  }
  const value = tracestateMember(tracestate, MARK_KEY)
  if (value === undefined || !value.startsWith('p:')) {
    return { mark: undefined, others: tracestate, isTaken: value !== undefined }
  }
  return { mark: value.slice(2), others: withoutTracestateMember(tracestate, MARK_KEY), isTaken: false }
}
