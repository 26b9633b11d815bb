import os from 'node:os'

/** Runs a task for every item, as many at a time as there are cores; results are in the items' order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  use: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const left = [...items.entries()]
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await use(next[1])
  }
  await Promise.all(Array.from({ length: os.availableParallelism() }, work))
  return results
}
