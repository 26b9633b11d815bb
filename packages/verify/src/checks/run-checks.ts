import { checkBypass } from './check-bypass.ts'
import type { CheckOptions, CheckResult } from './check.ts'
import { checkPeerInbound } from './peer-inbound.ts'
import { checkSidecarConfig } from './sidecar-config.ts'
import { checkThroughSidecar } from './through-sidecar.ts'

/**
 * Everything that can be found out about the mesh from where the dashboard stands: in the order in which a person would
 * ask. Never rejects. Nothing here knows Express: a script runs the same (`checks-cli.ts`).
 */
export async function runChecks(options: CheckOptions): Promise<CheckResult[]> {
  const checks = [checkThroughSidecar, checkBypass, checkPeerInbound, checkSidecarConfig]
  return (await Promise.all(checks.map((check) => check(options)))).flat()
}
