/** Small ones cost little. */
const SMALLEST = 2 ** 15
/** Of a batch that is being filled and one that is being sent, of two scopes each. */
const MOST_FREE = 4
/** Room for what the next batch may have more. */
const SPARE = 1.125
/** As much of the memory as has to be filled. */
export const LEAST_FILLED = 0.75

const free: Buffer[] = []

/**
 * Memory for a batch that probably has this many bytes: that of one that was delivered, if it fits. New memory for each
 * batch would have V8 collect all garbage every few megabytes, which costs several times as much as sending them.
 */
export function takeMemory(bytes: number): Buffer {
  const at = free.findIndex(({ length }) => bytes <= length && bytes > length * LEAST_FILLED)
  const [memory] = at === -1 ? [] : free.splice(at, 1)
  // Not from the shared pool, because these bytes live as long as an outage.
  return memory ?? Buffer.allocUnsafeSlow(Math.ceil(bytes * SPARE) + 512)
}

/** Gives memory back that nothing reads any more. */
export function giveMemory(memory: Buffer): void {
  if (memory.length < SMALLEST) return
  free.push(memory)
  // The oldest may have the size of other batches.
  if (free.length > MOST_FREE) free.shift()
}
