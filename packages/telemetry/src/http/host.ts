import net from 'node:net'
import { cap } from './http-attributes.ts'

interface Host {
  /** A name, or an address; one of IPv6 is in its short form, without brackets. */
  readonly address: string
  /** Undefined where the scheme's own is meant. */
  readonly port: number | undefined
}

const HOST = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s@/?#]+))(?::(\d{1,5}))?$/i

let last: { readonly header: string; readonly host: Host | undefined } = { header: '', host: undefined }

/** Name and port of a `host` header; the last one is kept, because a service is mostly called by one name. */
export function parseHost(header: string | undefined): Host | undefined {
  if (header === undefined) return undefined
  if (header !== last.header) last = { header, host: parse(header) }
  return last.host
}

function parse(header: string): Host | undefined {
  const [, v6, name, port] = HOST.exec(header) ?? []
  const address = v6 === undefined ? name && cap(name) : shortV6(v6)
  if (address === undefined) return undefined
  return { address, port: port === undefined ? undefined : Number(port) }
}

/** As `new URL` writes it, so that caller and callee name one address alike. */
function shortV6(address: string): string | undefined {
  return net.isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : undefined
}
