import dns from 'node:dns/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { LabError, poll } from '@throughline/lab-programs'

/** Milliseconds for the containers to start. */
const START_DEADLINE = 120_000

/**
 * The IPv4 addresses of containers by name, once each has one. Consul needs addresses, and the engine chooses them.
 *
 * @throws LabError TL_MESH_UPDATE_TIMEOUT naming a container without an address
 */
export async function untilAddresses<Name extends string>(names: readonly Name[]): Promise<Record<Name, string>> {
  const pairs = names.map(async (name) => {
    const address = await poll(() => addressOf(name), { deadlineMs: START_DEADLINE, intervalMs: 100 })
    if (address !== undefined) return [name, address] as const
    throw new LabError('TL_MESH_UPDATE_TIMEOUT', `no container is called ${name} after ${START_DEADLINE / 1000} s`)
  })
  return Object.fromEntries(await Promise.all(pairs)) as Record<Name, string>
}

/** Resolves with a sentence when a container has a new address, because it was created again. */
export async function addressChange(before: Record<string, string>): Promise<string> {
  for (;;) {
    await delay(1000)
    for (const [name, address] of Object.entries(before)) {
      const now = await addressOf(name)
      // A container without an address is being replaced.
      if (now !== undefined && now !== address) return `${name} moved from ${address} to ${now}`
    }
  }
}

async function addressOf(name: string): Promise<string | undefined> {
  try {
    return (await dns.lookup(name, { family: 4 })).address
  } catch {
    return undefined
  }
}
