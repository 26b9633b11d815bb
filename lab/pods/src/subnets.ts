/** An address in a lab's own private /24; the number is 1 to 254. */
export function subnetAddress(number: number, host: number): string {
  return `10.213.${number}.${host}`
}

/** Routes at least this specific are networks in use; a wider one, such as a VPN's 10.0.0.0/8, yields to ours. */
const SPECIFIC_ROUTE = 16

/**
 * Whether a subnet number is free on a machine with these routes.
 *
 * @param routes destinations as `ip -json route` prints them: `default`, `10.1.2.0/24`, `10.1.2.3`
 */
export function isSubnetFree(number: number, routes: readonly string[]): boolean {
  const ours = toNumber(subnetAddress(number, 0)) ?? 0
  return !routes.some((route) => {
    const [address = '', bits = '32'] = route.split('/')
    const routed = toNumber(address)
    const length = Number(bits)
    if (routed === undefined || length < SPECIFIC_ROUTE) return false
    const size = 2 ** (32 - Math.min(length, 24))
    return Math.floor(ours / size) === Math.floor(routed / size)
  })
}

function toNumber(address: string): number | undefined {
  const parts = address.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}
