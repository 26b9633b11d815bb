import https from 'node:https'
import { once } from 'node:events'
import type http from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCertificateAuthority } from '@throughline/lab-meshes'
import { createHeaderRecorder, type RecordedRequest } from '@throughline/lab-testkit'

/** The service that programs call by http and https, with one list of requests for both. */
export interface Callee extends AsyncDisposable {
  url: string
  httpsUrl: string
  requests: readonly RecordedRequest[]
}

/** Reads a request completely before it answers, and redirects a client `hops` times. */
const answer: http.RequestListener = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://callee')
  const hops = Number(searchParams.get('hops') ?? 0)
  request.resume().on('end', () => {
    if (hops > 0) response.writeHead(302, { location: `${pathname}?hops=${hops - 1}` })
    response.end('{}')
  })
}

export async function startCallee(): Promise<Callee> {
  const recorder = await createHeaderRecorder({ reply: answer })
  const authority = await createCertificateAuthority()
  const { certificate, key } = await authority.issue('callee')
  const secure = https.createServer({ cert: certificate, key }, (request, response) => {
    recorder.server.emit('request', request, response)
  })
  await once(secure.listen(0, '127.0.0.1'), 'listening')
  return {
    url: recorder.url,
    httpsUrl: `https://127.0.0.1:${(secure.address() as AddressInfo).port}`,
    requests: recorder.requests,
    async [Symbol.asyncDispose]() {
      secure.closeAllConnections()
      secure.close()
      await recorder.close()
    },
  }
}
