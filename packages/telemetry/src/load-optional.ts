import { TelemetryConfigError } from './telemetry-error.ts'

/**
 * Loads packages that are installed only where they are asked for. Rejects with a `TelemetryConfigError` that says how to
 * get them.
 *
 * @param reason the setting that asks for them.
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
