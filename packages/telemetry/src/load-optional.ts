import { TelemetryConfigError } from './telemetry-error.ts'

/**
 * What to throw where the import of optional packages fails: a `TelemetryConfigError` that says how to install them, or
 * the error itself. Each import stands in a `try` of its own, by which bundlers know that its package may be missing.
 *
 * @param reason the setting that needs them.
 */
export function explainMissing(error: unknown, reason: string, packages: readonly string[]): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
  if (!isMissing || !packages.some((name) => message.includes(name))) return error
  const names = packages.join(' ')
  return new TelemetryConfigError([
    `${reason} needs ${names}, of the release of your @opentelemetry/sdk-trace: npm install ${names}`,
  ])
}
