/** An address without the slashes at its end, so that a path can follow. */
export function trimSlashes(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '')
}
