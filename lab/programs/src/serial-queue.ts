/** Runs tasks one after another; a failed task does not stop the next one. */
export type SerialQueue = (task: () => Promise<void>) => Promise<void>

/** A task's failure reaches the caller of that task only. */
export function createSerialQueue(): SerialQueue {
  let last: Promise<void> = Promise.resolve()
  return (task) => {
    const outcome = last.then(task)
    last = outcome.catch(() => {})
    return outcome
  }
}
