import { checkBypass } from './check-bypass.ts'
import { checkPeerInbound } from './check-peer-inbound.ts'
import { checkSidecarConfig } from './check-sidecar-config.ts'
import { checkThroughSidecar } from './check-through-sidecar.ts'
import type { CheckOptions, CheckResult } from './check.ts'

/**
 * Everything that can be found out about the mesh from the dashboard, in a natural order. Never rejects.
 */
export async function runChecks(options: CheckOptions): Promise<CheckResult[]> {
  const checks = [checkThroughSidecar, checkBypass, checkPeerInbound, checkSidecarConfig]
  return (await Promise.all(checks.map((check) => check(options)))).flat()
}
