/** One broken trace that can be shown. */
interface BreakChoice {
  /** The finding that it leads to, such as `TLV104`. */
  id: string
  title: string
  situation: string
}

export interface BreakStatus {
  breaks: readonly BreakChoice[]
  /** What was requested last; null: nothing is broken. */
  current: string | null
  /** Whether it is still being put in force. */
  changing: boolean
  /** Why the last change failed; null when it did not. */
  error: string | null
}

/** Breaks the trace of a running lab on request, and repairs it. */
export interface Breaker {
  status: () => BreakStatus
  /**
   * Requests a break, or the repair with null. Returns at once, because it may restart the service that called.
   *
   * @throws LabError TL_CONTROL_BAD_REQUEST for an id that is not among `breaks`
   */
  choose: (id: string | null) => void
  /** Resolves when nothing is changing. */
  settled: () => Promise<void>
}
