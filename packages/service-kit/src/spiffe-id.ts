/** A SPIFFE id of at most 249 characters, such as `spiffe://cluster.local/ns/shop/sa/cart`; null for anything else. */
export function parseSpiffeId(value: unknown): string | null {
  return typeof value === 'string' && /^spiffe:\/\/[\w./:-]{1,240}$/.test(value) ? value : null
}
