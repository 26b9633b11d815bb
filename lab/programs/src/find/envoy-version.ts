import { runTool } from '../run-tool.ts'

/**
 * The version that an Envoy reports, such as `1.40.0`; `undefined` for a file that is not an Envoy or doesn't run
 * here.
 */
export async function readEnvoyVersion(file: string): Promise<string | undefined> {
  try {
    const output = await runTool([file, '--version'], { env: {}, timeoutMs: 10_000 })
    // envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL
    return /version: [\da-f]+\/(\d+\.\d+\.\d+)/.exec(output)?.[1]
  } catch {
    return undefined
  }
}

/** Whether a version is equal to or newer than another. */
export function isAtLeast(version: string, oldest: string): boolean {
  return version.localeCompare(oldest, 'en', { numeric: true }) >= 0
}
