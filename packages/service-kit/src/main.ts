import { ServiceError } from './errors.ts'

/** Runs a service's main function; a known error is printed without a stack, and the process ends with 1. */
export async function main(service: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    const known = error instanceof ServiceError ? `${error.code} ${error.message}` : undefined
    process.stderr.write(`${service}: ${known ?? (error instanceof Error ? error.stack : String(error))}\n`)
    process.exit(1)
  }
}
