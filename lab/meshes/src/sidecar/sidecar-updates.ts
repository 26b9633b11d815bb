import type { SidecarCheck } from './check-sidecar.ts'
import { httpRequest, LabError, poll } from '@throughline/lab-programs'

/** Milliseconds for a sidecar to take a change; enough for one that is just being restarted. */
const updateDeadline = 10_000

/**
 * Resolves when a sidecar runs with what was last written for it.
 *
 * @throws LabError TL_MESH_UPDATE_REJECTED, TL_MESH_UPDATE_TIMEOUT
 */
export async function waitUntilTaken(name: string, check: () => Promise<SidecarCheck>): Promise<void> {
  const outcome = await poll(
    async () => {
      const now = await check()
      return now.state === 'ready' || now.state === 'rejected' ? now : undefined
    },
    { deadlineMs: updateDeadline, intervalMs: 5 },
  )
  if (outcome === undefined) {
    throw new LabError('TL_MESH_UPDATE_TIMEOUT', `${name} did not take the change within ${updateDeadline / 1000} s`)
  }
  if (outcome.state === 'rejected') {
    throw new LabError('TL_MESH_UPDATE_REJECTED', `${name} refused the change: ${outcome.reason}`)
  }
}

/** Resolves when no connection made under an older listener is open any more. */
export async function waitUntilDrained(adminUrl: string): Promise<void> {
  await poll(async () => ((await isDraining(adminUrl)) ? undefined : true), { deadlineMs: updateDeadline })
}

async function isDraining(adminUrl: string): Promise<boolean> {
  const filter = String.raw`^listener_manager\.total_(filter_chains|listeners)_draining$`
  try {
    const { body } = await httpRequest(`${adminUrl}/stats?filter=${encodeURIComponent(filter)}`)
    return body.split('\n').some((line) => /: [1-9]/.test(line))
  } catch {
    // Nothing is left open by a sidecar that is gone.
    return false
  }
}
