/** Invalid use of the command: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What Node's `parseArgs` refuses, by its first sentence: the rest advises on arguments that begin with a hyphen. */
export function refusedArguments(error: unknown): UsageError {
  return new UsageError((error as Error).message.split(/\. |\n/, 1)[0])
}
