/** Decides by its URL which call gets the headers. */
export type ShouldForward = (url: string) => boolean

const reported = new WeakSet<ShouldForward>()

/**
 * Asks a user's `shouldForward`. When it throws, or the URL can't be told, the call gets no headers: it must not fail for
 * them, nor may they reach a place that was not decided about. The first failure is a process warning.
 */
export function mayForward(shouldForward: ShouldForward | undefined, url: () => string): boolean {
  if (shouldForward === undefined) return true
  try {
    const answer: unknown = shouldForward(url())
    if (!(answer instanceof Promise)) return Boolean(answer)
    answer.catch(() => {})
    throw new TypeError('it is asynchronous')
  } catch (error) {
    if (!reported.has(shouldForward)) {
      reported.add(shouldForward)
      process.emitWarning(`shouldForward failed, so calls like this one get no trace headers: ${reasonOf(error)}`)
    }
    return false
  }
}

function reasonOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return typeof error
  }
}
