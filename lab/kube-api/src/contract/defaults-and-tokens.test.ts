import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube-object.ts'
import { openKubeApi } from './open-kube-api.test-support.ts'
import { ask } from '../request.test-support.ts'
import { replace } from './secrets.test-support.ts'

describe('defaults', () => {
  it('add the protocol of ports, the address of a Service, and the label of a namespace', async () => {
    await using api = await openKubeApi()
    const body = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'one' }, spec: { ports: [{ port: 80 }] } }
    const services = `/api/v1/namespaces/${api.namespace}/services`
    const service = (await ask(api, services, { method: 'POST', body })).body
    const spec = { clusterIP: expect.stringMatching(/^10\.96\.0\.\d+$/), ports: [{ protocol: 'TCP', targetPort: 80 }] }
    expect(service.spec).toMatchObject(spec)
    const changed = await replace(api, `${services}/one`, {
      spec: { ...(service.spec as object), ports: [{ port: 81 }] },
    })
    const { clusterIP } = service.spec as { clusterIP: string }
    expect(changed.body.spec).toMatchObject({ clusterIP, ports: [{ port: 81, protocol: 'TCP' }] })
    const { metadata } = (await ask<KubeObject>(api, `/api/v1/namespaces/${api.namespace}`)).body
    expect(metadata.labels).toMatchObject({ 'kubernetes.io/metadata.name': api.namespace })
  })
})

describe('a token', () => {
  it('that is requested as by a kubelet names its account and is valid for its audience only', async () => {
    await using api = await openKubeApi()
    const accounts = `/api/v1/namespaces/${api.namespace}/serviceaccounts`
    await ask(api, accounts, { method: 'POST', body: { metadata: { name: 'web' } } })
    const body = { spec: { audiences: ['istio-ca'] } }
    const requested = await ask<{ status: { token: string } }>(api, `${accounts}/web/token`, { method: 'POST', body })
    const { token } = requested.body.status
    const review = async (...audiences: string[]) => {
      const path = '/apis/authentication.k8s.io/v1/tokenreviews'
      return (await ask(api, path, { method: 'POST', body: { spec: { token, audiences } } })).body.status
    }
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${api.namespace}`, 'system:authenticated']
    expect(await review('istio-ca')).toMatchObject({
      authenticated: true,
      audiences: ['istio-ca'],
      user: { username: `system:serviceaccount:${api.namespace}:web`, groups },
    })
    expect((await review('vault')) as { authenticated?: boolean }).not.toMatchObject({ authenticated: true })
  })
})
