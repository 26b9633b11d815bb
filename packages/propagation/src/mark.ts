import { tracestateMember, withoutTracestateMember } from './formats/tracestate.ts'

/** Our member of `tracestate`; its value is `p:` and the span id its sender wrote into every format. */
export const MARK_KEY = 'tl'

/** The part of our member before the span id. */
export const MARK = `${MARK_KEY}=p:`
const MARK_END = MARK.length + 16
const COMMA = 44
const NO_MARK = { mark: undefined, others: undefined }

/** A list split into the span id of our member and the other members. */
export interface MarkedList {
  readonly mark: string | undefined
  readonly others: string | undefined
}

/** Removes our member from a parsed list. A `tl` of another form belongs to another vendor and stays. */
export function splitMark(tracestate: string | undefined): MarkedList {
  if (tracestate === undefined) return NO_MARK
  // Senders put it first; a proxy that adds a member moves it.
  if (tracestate.startsWith(MARK) && (tracestate.length === MARK_END || tracestate.charCodeAt(MARK_END) === COMMA)) {
    return { mark: tracestate.slice(MARK.length, MARK_END), others: tracestate.slice(MARK_END + 1) }
  }
  const value = tracestateMember(tracestate, MARK_KEY)
  if (value === undefined || !value.startsWith('p:')) return { mark: undefined, others: tracestate }
  return { mark: value.slice(2), others: withoutTracestateMember(tracestate, MARK_KEY) }
}

/** Whether another vendor uses our key, so that our member can't be added. */
export function hasForeignMark(others: string): boolean {
  return others.includes('tl=') && tracestateMember(others, MARK_KEY) !== undefined
}
