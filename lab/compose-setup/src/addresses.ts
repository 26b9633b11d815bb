import { lookup } from 'node:dns/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { LabError, poll } from '@throughline/lab-programs'

/** Milliseconds for the containers to be started. */
const patience = 120_000

/**
 * IPv4 addresses of containers by name, as soon as each has one. Consul wants addresses, and an engine gives them as it
 * likes.
 *
 * @throws LabError TL_MESH_UPDATE_TIMEOUT naming the one that has none
 */
export async function untilAddresses<Name extends string>(names: readonly Name[]): Promise<Record<Name, string>> {
  const pairs = names.map(async (name) => {
    const address = await poll(() => addressOf(name), { deadlineMs: patience, intervalMs: 100 })
    if (address !== undefined) return [name, address] as const
    throw new LabError('TL_MESH_UPDATE_TIMEOUT', `no container is called ${name} after ${patience / 1000} s`)
  })
  return Object.fromEntries(await Promise.all(pairs)) as Record<Name, string>
}

/** Resolves with a sentence when a container has another address than before: it was recreated. */
export async function addressChange(before: Record<string, string>): Promise<string> {
  for (;;) {
    await delay(1000)
    for (const [name, address] of Object.entries(before)) {
      const now = await addressOf(name)
      // Without one it is being replaced.
      if (now !== undefined && now !== address) return `${name} is at ${now} and not at ${address} any more`
    }
  }
}

async function addressOf(name: string): Promise<string | undefined> {
  try {
    return (await lookup(name, { family: 4 })).address
  } catch {
    return undefined
  }
}
