// The certificate library resolves its parts by reflection and needs this import first.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { once } from 'node:events'
import https from 'node:https'
import type net from 'node:net'
import { cryptoProvider, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509'
import type { KubeObject } from './kube-object.ts'

interface ReviewRequest {
  operation: string
  object: KubeObject
  oldObject: KubeObject | null
  dryRun: boolean
}

type Decide = (request: ReviewRequest) => object

/** A running webhook: the requests it received, and the objects that register it in a cluster. */
interface RunningWebhook {
  requests: ReviewRequest[]
  clientConfig: { service: object; caBundle: string }
  service: KubeObject[]
}

export async function startWebhook(decide: Decide): Promise<RunningWebhook & AsyncDisposable> {
  const requests: ReviewRequest[] = []
  const { key, certificate } = await selfSigned('hook.shop.svc')
  const server = https.createServer({ key, cert: certificate }, (request, response) => {
    void (async () => {
      let text = ''
      for await (const chunk of request) text += String(chunk)
      const review = JSON.parse(text) as { request: ReviewRequest & { uid: string } }
      requests.push(review.request)
      response.end(JSON.stringify({ response: { uid: review.request.uid, ...decide(review.request) } }))
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const metadata = { name: 'hook', namespace: 'shop' }
  const clientConfig = {
    service: { ...metadata, path: '/decide', port: 443 },
    caBundle: Buffer.from(certificate).toString('base64'),
  }
  return {
    requests,
    clientConfig,
    service: [
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'https', port: 443 }] } },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'hook' } },
        endpoints: [{ addresses: ['127.0.0.1'] }],
        ports: [{ name: 'https', port }],
      },
    ],
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function selfSigned(dns: string): Promise<{ key: string; certificate: string }> {
  cryptoProvider.set(webcrypto)
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${dns}`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: dns }])],
  })
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { key, certificate: certificate.toString('pem') }
}
