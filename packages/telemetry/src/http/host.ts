import { cap } from './http-attributes.ts'

interface Host {
  readonly address: string
  /** Undefined where the scheme's own is meant. */
  readonly port: number | undefined
}

const HOST = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i

let last: { readonly header: string | undefined; readonly host: Host | undefined } = {
  header: undefined,
  host: undefined,
}

/** Name and port of a `host` header; the last one is kept, because a service is mostly called by one name. */
export function parseHost(header: string | undefined): Host | undefined {
  if (header !== last.header) last = { header, host: parse(header) }
  return last.host
}

function parse(header: string | undefined): Host | undefined {
  const [, address, port] = HOST.exec(header ?? '') ?? []
  if (address === undefined) return undefined
  return { address: cap(address), port: port === undefined ? undefined : Number(port) }
}
