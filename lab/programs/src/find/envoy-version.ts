import { runTool } from '../run-tool.ts'

/** The version an Envoy says it is, as `1.40.0`; `undefined` when the file is no Envoy or doesn't run here. */
export async function readEnvoyVersion(file: string): Promise<string | undefined> {
  try {
    const output = await runTool([file, '--version'], { env: {}, timeoutMs: 10_000 })
    // envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL
    return /version: [\da-f]+\/(\d+\.\d+\.\d+)/.exec(output)?.[1]
  } catch {
    return undefined
  }
}

/** Whether a version is the same as another or newer. */
export function isAtLeast(version: string, oldest: string): boolean {
  return version.localeCompare(oldest, 'en', { numeric: true }) >= 0
}
