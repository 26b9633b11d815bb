import { createCleanUp } from '@throughline/lab-programs'

/** Takes note of a part that has started, and returns it. */
export type Keep = <Part extends AsyncDisposable>(part: Part) => Part

/** Starts what has several parts. Those that were kept are stopped, the last first, with the whole or when one fails. */
export async function startAll<Whole extends object>(
  start: (keep: Keep) => Promise<Whole>,
): Promise<Whole & AsyncDisposable> {
  const cleanUp = createCleanUp()
  const keep: Keep = (part) => {
    cleanUp.add(async () => part[Symbol.asyncDispose]())
    return part
  }
  try {
    return { ...(await start(keep)), [Symbol.asyncDispose]: cleanUp.run }
  } catch (error) {
    await cleanUp.run()
    throw error
  }
}
