import { once } from 'node:events'
import net from 'node:net'
import { randomInt } from 'node:crypto'
import { LabError } from './errors.ts'
import { findPortOwner } from './port-owner.ts'

/** The documented ports: those of the demo and of users' own tests against it. */
export const demoPorts = {
  dashboard: 9002,
  counting: 9001,
  outbound: 9101,
  inbound: 21001,
  countingAdmin: 19001,
  dashboardAdmin: 19002,
  otlp: 4318,
  zipkin: 9411,
  datadog: 8126,
  query: 16686,
  control: 19000,
} as const

type PortName = keyof typeof demoPorts
export type Ports = Record<PortName, number>

/** Below every system's ephemeral range: no outgoing connection takes one between the check and the bind. */
const FIRST_PORT = 20_000
const LAST_PORT = 29_999
const handedOut = new Set<number>()

/** Whether a server could listen on this port of 127.0.0.1 now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = net.createServer()
  server.listen({ port, host: '127.0.0.1', exclusive: true })
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}

/**
 * Finds a port for a program that can't choose one itself; this process returns none twice. Another process may still
 * take it, so the caller tries again when the program can't bind.
 */
export async function takeFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1)
    if (handedOut.has(port)) continue
    handedOut.add(port)
    if (await isPortFree(port)) return port
  }
}

/** Ports for a whole lab: our own servers let the system choose (0) unless the documented ports are requested. */
export async function choosePorts(requested: 'free' | 'demo' | Partial<Ports>): Promise<Ports> {
  if (requested === 'demo') return { ...demoPorts }
  if (requested !== 'free') return { ...demoPorts, ...requested }
  const foreign = ['dashboard', 'counting', 'outbound', 'inbound', 'countingAdmin', 'dashboardAdmin'] as const
  const ports: Ports = { ...demoPorts, otlp: 0, zipkin: 0, datadog: 0, query: 0, control: 0 }
  for (const name of foreign) ports[name] = await takeFreePort()
  return ports
}

/**
 * Makes sure that no program listens on these ports, each named by its use; 0 is always free.
 *
 * @throws LabError TL_LAB_PORT_IN_USE naming every port that is in use, its purpose and its owner if known
 */
export async function requireFreePorts(ports: Partial<Ports>): Promise<void> {
  const conflicts: string[] = []
  for (const [use, port] of Object.entries(ports)) {
    if (port === 0 || (await isPortFree(port))) continue
    const owner = await findPortOwner(port)
    conflicts.push(`port ${port} (${use}) is in use by ${owner ?? 'another program'}`)
  }
  if (conflicts.length > 0) throw new LabError('TL_LAB_PORT_IN_USE', conflicts.join('\n'))
}
