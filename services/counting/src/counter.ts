export interface Counter {
  /** One more than the last number; the first is 1. */
  next(): number
}

/** The only state in the system. It adds and reads in one step, so no two callers get the same number. */
export function createCounter(): Counter {
  let count = 0
  return { next: () => ++count }
}
