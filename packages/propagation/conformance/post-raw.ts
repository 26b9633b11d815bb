import { once } from 'node:events'
import net from 'node:net'
import { text } from 'node:stream/consumers'

/**
 * Sends a POST with its header lines exactly as given, in case, whitespace, order and number, which no HTTP client
 * allows; and without any instrumentation of `node:http`.
 *
 * @returns the whole response.
 */
export async function postRaw(
  url: string,
  headers: readonly (readonly [name: string, value: string])[],
  body: string,
): Promise<string> {
  const { hostname, port, pathname } = new URL(url)
  const socket = net.connect(Number(port), hostname)
  await once(socket, 'connect')
  const lines = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  return text(socket)
}
