import type { MeshLab } from '../../support/start-lab.ts'

/** Writes a config entry without the lab, as another client of Consul could. */
export async function writeEntry(lab: MeshLab, entry: unknown): Promise<void> {
  await put(lab, { path: '/v1/config', body: entry })
}

/** Registers a service without the lab. */
export async function register(lab: MeshLab, registration: unknown): Promise<void> {
  await put(lab, { path: '/v1/agent/service/register', body: registration })
}

/** Removes a service and its sidecar without the lab. */
export async function deregister(lab: MeshLab, id: string): Promise<void> {
  await put(lab, { path: `/v1/agent/service/deregister/${id}-sidecar-proxy` })
  await put(lab, { path: `/v1/agent/service/deregister/${id}` })
}

async function put(lab: MeshLab, { path, body }: { path: string; body?: unknown }): Promise<void> {
  const { links } = await lab.mesh.status()
  const response = await fetch(new URL(path, links[0]?.url), { method: 'PUT', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`Consul answered ${response.status}: ${await response.text()}`)
}
