/** Runs what it is given one after another, each when the one before has ended, however that ended. */
export type SerialQueue = (change: () => Promise<void>) => Promise<void>

/** A queue of its own. What a change throws reaches only the caller that requested it. */
export function createSerialQueue(): SerialQueue {
  let last: Promise<void> = Promise.resolve()
  return (change) => {
    const mine = last.then(change)
    last = mine.catch(() => {})
    return mine
  }
}
