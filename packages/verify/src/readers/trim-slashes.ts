/** An address without trailing slashes, ready for a path. */
export function trimSlashes(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '')
}
