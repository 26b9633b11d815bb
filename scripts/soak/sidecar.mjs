// @ts-check
import { once } from 'node:events'
import http from 'node:http'
import { takeFreePort } from '@throughline/lab-programs'

/**
 * What the dashboard's sidecar does when counting is replaced: a call that meets a connection that counting has just closed
 * goes out once more, over another one.
 * @param {string} upstream URL of counting
 */
export async function startSidecar(upstream) {
  const agent = new http.Agent({ keepAlive: true })
  /**
   * @param {Pick<http.IncomingMessage, 'url' | 'method' | 'headers'>} request
   * @param {http.ServerResponse} response
   * @param {number} tries
   */
  function pass({ url, method, headers }, response, tries) {
    const sent = http.request(`${upstream}${url}`, { method, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.once('error', () => response.destroy())
    })
    sent.once('error', (/** @type {NodeJS.ErrnoException} */ { code }) => {
      if (sent.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(code ?? '') && tries > 0 && !response.headersSent)
        pass({ url, method, headers }, response, tries - 1)
      else response.destroy()
    })
    response.once('close', () => sent.destroy())
    sent.end()
  }
  const server = http.createServer((request, response) => pass(request, response, 3))
  // An Envoy keeps a connection that is idle; Node would close it after five seconds, perhaps as a request enters it.
  server.keepAliveTimeout = 3_600_000
  const port = await takeFreePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      agent.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
}
