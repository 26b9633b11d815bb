interface RequestTarget {
  path: string
  /** Without its `?`; empty without a query. */
  query: string
}

/** Path and query of a request line's target, which proxies may send in absolute form (RFC 9112 §3.2). */
export function parseTarget(url = '/'): RequestTarget {
  const target = url.startsWith('/') ? url : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '')
  const at = target.indexOf('?')
  const path = at === -1 ? target : target.slice(0, at)
  return { path: path || '/', query: at === -1 ? '' : target.slice(at + 1) }
}
