/** The parts of `host:port` or `[v6]:port`; the host is a name, or an IP address without brackets. */
export function splitAddress(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: withoutBrackets(address.slice(0, at)), port: Number(address.slice(at + 1)) }
}

/** The host of a URL as programs take it: brackets are for URLs only. */
export function withoutBrackets(hostname: string): string {
  return hostname.replaceAll(/^\[|\]$/g, '')
}
