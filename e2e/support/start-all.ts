import { createCleanUp } from '@throughline/lab-programs'

/** Records a started part, and returns it. */
export type Keep = <Part extends AsyncDisposable>(part: Part) => Part

/**
 * Starts something with several parts. Recorded parts are stopped in reverse order, with the whole or when one fails.
 */
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
