import type { Bypass, Mesh } from '@throughline/lab-meshes'
import { accepts } from '@throughline/lab-programs'
import { ports } from './setup-settings.ts'

/** Milliseconds for a connection within one machine. */
const CONNECT_TIMEOUT = 500

/** A mesh that probes the bypass of counting's sidecar for each status. */
export async function withMeasuredBypass(create: (bypass: Bypass) => Mesh): Promise<Mesh> {
  const mesh = create(await measureBypass())
  return { ...mesh, status: async () => ({ ...(await mesh.status()), bypass: await measureBypass() }) }
}

/** Probes the bypass of counting's sidecar from outside counting's pod. */
async function measureBypass(): Promise<Bypass> {
  const [host, port] = ['counting', ports.app.counting]
  const address = `http://${host}:${port}`
  const open = await accepts(host, port, { timeoutMs: CONNECT_TIMEOUT })
  return {
    address,
    closed: !open,
    reason: open
      ? 'Counting listens on all addresses of its pod: every container of the network reaches it without its sidecar.'
      : 'Counting listens on the loopback address that it shares with its sidecar alone.',
  }
}
