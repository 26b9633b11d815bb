import type { BackendAccess } from './fetch-json.ts'
import { trimSlashes } from './trim-slashes.ts'

/**
 * `http://user:password@host` becomes a header, because URLs are printed; a query or fragment, as of a link that was copied
 * from a browser, is dropped.
 */
export function withoutCredentials(access: BackendAccess): BackendAccess {
  const url = new URL(access.url)
  url.search = ''
  url.hash = ''
  if (url.username === '' && url.password === '') return { ...access, url: trimSlashes(url.href) }
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return {
    ...access,
    url: trimSlashes(url.href),
    headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}`, ...access.headers },
  }
}
