import net from 'node:net'
import type { IncomingHttpHeaders } from 'node:http'

/** Facts from proxies about a request; each is undefined if missing or invalid. */
export interface Forwarded {
  /** The client's address, without a port. */
  client: string | undefined
  /** The host that the client asked for, with its port if there is one. */
  host: string | undefined
  scheme: 'http' | 'https' | undefined
}

/** One `name=value` of a `Forwarded` header, the value as a token or in quotes (RFC 7239 §4). */
const PAIR = /^\s*(for|host|proto)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]+))\s*$/i

/**
 * Reads `forwarded` (RFC 7239), then `x-forwarded-for`, `-host` and `-proto`: of a list the first member, which is the
 * client's own (OpenTelemetry semantic conventions 1.45, HTTP server span, "Forwarded").
 */
export function readForwarded(headers: IncomingHttpHeaders): Forwarded {
  const standard = headers.forwarded === undefined ? undefined : parseForwarded(headers.forwarded)
  return {
    client: addressOf(standard?.for) ?? addressOf(first(headers['x-forwarded-for'])),
    host: standard?.host ?? first(headers['x-forwarded-host']),
    scheme: schemeOf(standard?.proto) ?? schemeOf(first(headers['x-forwarded-proto'])),
  }
}

function parseForwarded(header: string): Partial<Record<'for' | 'host' | 'proto', string>> {
  const found: Partial<Record<string, string>> = {}
  for (const pair of firstElement(header).split(';')) {
    const [, name, quoted, token] = PAIR.exec(pair) ?? []
    if (name !== undefined) found[name.toLowerCase()] ??= quoted?.replaceAll(/\\(.)/g, '$1') ?? token
  }
  return found
}

/** Up to the first comma that is not in quotes. */
function firstElement(header: string): string {
  return /^(?:[^",]|"(?:[^"\\]|\\.)*")*/.exec(header)?.[0] ?? ''
}

function first(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined
  const at = header.indexOf(',')
  return (at === -1 ? header : header.slice(0, at)).trim() || undefined
}

/** An address alone, or with a port: `192.0.2.1:5678`, `[2001:db8::1]:5678`. */
function addressOf(node: string | undefined): string | undefined {
  if (node === undefined || net.isIP(node) !== 0) return node
  const [, v6, v4] = /^(?:\[([^\]]*)\]|([^:]*))(?::[\w.-]*)?$/.exec(node) ?? []
  const address = v6 ?? v4 ?? ''
  return net.isIP(address) === (v6 === undefined ? 4 : 6) ? address : undefined
}

function schemeOf(proto: string | undefined): 'http' | 'https' | undefined {
  const scheme = proto?.toLowerCase()
  return scheme === 'http' || scheme === 'https' ? scheme : undefined
}
