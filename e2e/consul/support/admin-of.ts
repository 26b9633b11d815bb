import fs from 'node:fs/promises'
import path from 'node:path'
import type { MeshLab } from '../../support/start-lab.ts'

/** The address of a sidecar's admin interface, by its bootstrap. */
export async function adminOf(lab: MeshLab, sidecar: string): Promise<string> {
  const file = path.join(lab.runDir, `${sidecar}-sidecar.json`)
  const { admin } = JSON.parse(await fs.readFile(file, 'utf8')) as {
    admin: { address: { socket_address: { address: string; port_value: number } } }
  }
  const { address, port_value: port } = admin.address.socket_address
  return `http://${address}:${port}`
}
