import type { MeshLab } from '../../support/start-lab.ts'

/** Writes a config entry without the lab, as another client of Consul could. */
export async function writeEntry(lab: MeshLab, entry: unknown): Promise<void> {
  await put(lab, { path: '/v1/config', body: entry })
}

/** What Consul answers for an entry. */
export interface ConsulEntry {
  Kind: string
  Name: string
  [field: string]: unknown
}

/** Entries of the kinds that `verify` reads. */
export async function listEntries(lab: MeshLab): Promise<ConsulEntry[]> {
  const { links } = await lab.mesh.status()
  const kinds = ['proxy-defaults', 'service-defaults', 'service-intentions']
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const response = await fetch(new URL(`/v1/config/${kind}`, links[0]?.url))
      return ((await response.json()) ?? []) as (ConsulEntry & { CreateIndex: number; ModifyIndex: number })[]
    }),
  )
  return lists.flat().map(({ CreateIndex: _created, ModifyIndex: _modified, ...entry }) => entry)
}

/** Whether Consul names a sidecar of the service to its callers: after a start, no check passes before it has run. */
export async function isNamed(lab: MeshLab, service: string): Promise<boolean> {
  const { links } = await lab.mesh.status()
  const response = await fetch(new URL(`/v1/health/connect/${service}?passing`, links[0]?.url))
  return ((await response.json()) as unknown[]).length > 0
}

/** Marks a sidecar as failing its health check, or takes that back. */
export async function setMaintenance(lab: MeshLab, sidecar: string, enable: boolean): Promise<void> {
  await put(lab, { path: `/v1/agent/service/maintenance/${sidecar}-sidecar-proxy?enable=${enable}` })
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
