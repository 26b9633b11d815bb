/**
 * Runs a service's main function. An error with a `TL_` code was made for people: it is printed without a stack. After
 * any error the process ends with 1.
 */
export async function main(service: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    process.stderr.write(`${service}: ${describe(error)}\n`)
    process.exit(1)
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return code.startsWith('TL_') ? `${code} ${error.message}` : (error.stack ?? error.message)
}
