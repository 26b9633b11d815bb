import { TelemetryConfigError } from './telemetry-error.ts'

/**
 * Loads optional packages. Rejects with a `TelemetryConfigError` that says how to install them.
 *
 * @param reason the setting that needs them.
 */
export async function loadOptional<T>(reason: string, packages: readonly string[], load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ERR_MODULE_NOT_FOUND' || !packages.some((name) => message.includes(name))) throw error
    const names = packages.join(' ')
    throw new TelemetryConfigError([
      `${reason} needs ${names}, of the release of your @opentelemetry/sdk-trace: npm install ${names}`,
    ])
  }
}
