import { LabError } from '@throughline/lab-programs'
import type { Json } from '@throughline/lab-kube-api'

/**
 * Envoy's form of an address given as `host:port`, `[v6]:port` or `unix:/path`.
 *
 * @throws LabError TL_MESH_CONFIG_INVALID
 */
export function envoyAddress(address: string): Json {
  if (address.startsWith('unix:/')) return { pipe: { path: address.slice('unix:'.length) } }
  const [, v6, host = v6, port] = /^(?:\[([\da-f:.]+)\]|([^:/[\]]+)):(\d{1,5})$/i.exec(address) ?? []
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new LabError('TL_MESH_CONFIG_INVALID', `"${address}" is neither host:port nor unix:/path`)
  }
  return { socket_address: { address: host, port_value: Number(port) } }
}
