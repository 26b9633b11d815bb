import dns from 'node:dns/promises'
import net from 'node:net'
import type { LabSettings, OwnService } from '@throughline/lab-meshes'
import { accepts, messageOf, withoutBrackets } from '@throughline/lab-programs'
import { usage } from './parse-flags.ts'

/** `--counting` and `--command`, checked and not yet looked up. */
export interface OwnServiceOptions {
  /** As the user wrote it. */
  url: string
  /** A name, or an IP address without brackets. */
  host: string
  port: number
  /** Without a slash at its end, but for `/` itself. */
  path: string
  command: string | undefined
}

/**
 * Reads the flags that put the user's service in counting's place; undefined without them.
 *
 * @throws LabError TL_USAGE with one line that says what the flag takes
 */
export function parseOwnService(flags: {
  counting?: string | undefined
  command?: string | undefined
}): OwnServiceOptions | undefined {
  const { counting: text, command } = flags
  if (text === undefined) {
    if (command === undefined) return undefined
    throw usage('--command starts the service that --counting names: give its address, such as http://127.0.0.1:8080')
  }
  if (command?.trim() === '') throw usage('--command must be a shell command that starts your service')
  const refuse = (why: string): Error => usage(`--counting must be an http:// URL${why}, not "${text}"`)
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) throw refuse(' such as http://127.0.0.1:8080')
  const url = new URL(text)
  if (url.protocol === 'https:') {
    throw refuse(': the sidecars encrypt between services, and yours speaks plain HTTP to the one beside it')
  }
  if (url.username !== '' || url.password !== '') throw refuse(' without a user or a password')
  if (url.search !== '' || url.hash !== '') throw refuse(' with a path at most, without a query or a fragment')
  const port = url.port === '' ? 80 : Number(url.port)
  if (port === 0) throw refuse(' with a port from 1 to 65535')
  const host = withoutBrackets(url.hostname)
  let path = url.pathname
  while (path.length > 1 && path.endsWith('/')) path = path.slice(0, -1)
  return { url: text, host: { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host, port, path, command }
}

/** @throws LabError TL_USAGE for settings that leave no place for a service which the lab does not build */
export function requirePlaceFor({ host }: OwnServiceOptions, settings: LabSettings): void {
  const { mesh, topology, bypass, fromChart } = settings
  if (fromChart) throw exclude('--from-chart', 'a chart decides what runs')
  if (topology !== 'loopback') throw exclude(`--topology ${topology}`, 'your service listens outside the pods')
  if (bypass !== 'open') throw exclude(`--bypass ${bypass}`, 'your service listens where you start it')
  if (mesh === 'istio' && !['localhost', '127.0.0.1', '::1'].includes(host)) {
    throw usage(
      `--counting: under istio a sidecar calls its own machine only: localhost, 127.0.0.1 or [::1], not ${host}`,
    )
  }
}

function exclude(flag: string, why: string): Error {
  return usage(`${flag} and --counting exclude each other: ${why}`)
}

/** @throws LabError TL_USAGE for a port of this machine that the demo itself uses */
export function requireOtherPort({ url, host, port }: OwnServiceOptions, ports: Record<string, number>): void {
  if (!isLoopback(host)) return
  const taken = Object.entries(ports).find(([name, used]) => name !== 'counting' && used === port)?.[0]
  if (taken) throw usage(`--counting ${url} is a port of the demo itself (${taken}): use another port`)
}

/**
 * Looks the service up: of several addresses of a name, the first that something listens on.
 *
 * @throws LabError TL_USAGE for a name without an address
 */
export async function locateOwnService(
  { url, host, port, path, command }: OwnServiceOptions,
  options: { cwd: string; env: Record<string, string>; onOutput: (line: string) => void },
): Promise<OwnService & { listens: boolean }> {
  const hosts = net.isIP(host) === 0 ? await addressesOf(host, url) : [host]
  let found: string | undefined
  for (const each of hosts) if (await accepts(each, port)) found ??= each
  const chosen = found ?? hosts.find((each) => net.isIPv4(each)) ?? host
  return {
    address: net.isIPv6(chosen) ? `[${chosen}]:${port}` : `${chosen}:${port}`,
    path,
    listens: found !== undefined,
    ...(command !== undefined && { command: { line: command, cwd: options.cwd, env: options.env } }),
    onOutput: options.onOutput,
  }
}

async function addressesOf(host: string, url: string): Promise<string[]> {
  try {
    return (await dns.lookup(host, { all: true })).map(({ address }) => address)
  } catch (error) {
    throw usage(`--counting ${url}: "${host}" has no address (${messageOf(error)})`)
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
