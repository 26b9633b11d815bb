import https from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createCertificateAuthority } from '@throughline/lab-meshes'
import { createHeaderRecorder, type RecordedRequest } from '@throughline/lab-testkit'

/** The service that programs call: by http and https, one list of the requests of both. */
export interface Callee extends AsyncDisposable {
  url: string
  httpsUrl: string
  requests: readonly RecordedRequest[]
}

export async function startCallee(): Promise<Callee> {
  const recorder = await createHeaderRecorder()
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
