import https from 'node:https'
import { findServiceAddress } from './service-address.ts'
import type { ObjectStore } from './object-store.ts'
import type { Webhook } from './webhook-rules.ts'

export interface AdmissionResponse {
  uid: string
  allowed: boolean
  status?: { code?: number; message?: string; reason?: string }
  /** JSON patch, base64. */
  patch?: string
}

/**
 * Calls one webhook as an API server does: over TLS, verified with the webhook's own `caBundle` and the name of its
 * Service.
 *
 * @throws without a valid answer in time
 */
export async function callWebhook(
  { clientConfig, timeoutSeconds = 10 }: Webhook,
  review: object,
  store: ObjectStore,
): Promise<AdmissionResponse> {
  const { service, url, caBundle } = clientConfig
  const ca = caBundle === undefined ? {} : { ca: Buffer.from(caBundle, 'base64') }
  let target: https.RequestOptions
  if (service === undefined) {
    const { hostname, port, pathname, search } = new URL(url ?? '')
    target = { host: hostname, port, path: `${pathname}${search}` }
  } else {
    const address = findServiceAddress(store, { port: 443, ...service })
    if (address === undefined) throw new Error(`no endpoints available for service "${service.name}"`)
    target = { ...address, path: service.path ?? '/', servername: `${service.name}.${service.namespace}.svc` }
  }
  const answer = await post({ ...target, ...ca, agent: false, timeout: timeoutSeconds * 1000 }, JSON.stringify(review))
  const { response } = JSON.parse(answer) as { response?: AdmissionResponse }
  if (response === undefined) throw new Error('the answer is not an AdmissionReview')
  return response
}

function post(options: https.RequestOptions, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const signal = AbortSignal.timeout(options.timeout ?? 10_000)
    const request = https.request({ ...options, method: 'POST', headers, signal }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`it answered ${response.statusCode}: ${text.slice(0, 200)}`))
      })
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}
