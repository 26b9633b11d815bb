import { describe, expect, it } from 'vitest'
import { createFakeKubeApi } from './create-fake-kube-api.ts'
import { ask } from './request.test-support.ts'

const subject = { namespace: 'shop', serviceAccount: 'web', audience: 'istio-ca' }

async function review(kubeApi: { url: string }, token: string, audiences?: string[]): Promise<unknown> {
  const path = '/apis/authentication.k8s.io/v1/tokenreviews'
  const { status, body } = await ask(kubeApi, path, { method: 'POST', body: { spec: { token, audiences } } })
  expect(status).toBe(201)
  return body.status
}

describe('a token', () => {
  it('is valid for its audience, and names its service account', async () => {
    await using kubeApi = await createFakeKubeApi()
    const token = kubeApi.issueToken(subject)
    expect(await review(kubeApi, token, ['istio-ca'])).toEqual({
      authenticated: true,
      audiences: ['istio-ca'],
      user: {
        username: 'system:serviceaccount:shop:web',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
      },
    })
    expect(await review(kubeApi, token, ['vault'])).toMatchObject({ authenticated: false })
  })

  it('is invalid when it was changed, truncated, or issued elsewhere', async () => {
    await using kubeApi = await createFakeKubeApi()
    await using other = await createFakeKubeApi()
    const [header, , signature] = kubeApi.issueToken(subject).split('.')
    const [, forged] = other.issueToken({ ...subject, serviceAccount: 'admin' }).split('.')
    const bad = [`${header}.${forged}.${signature}`, `${header}.${forged}`, other.issueToken(subject), '']
    for (const token of bad) expect(await review(kubeApi, token)).toMatchObject({ authenticated: false })
  })

  it('can be requested, as the kubelet does', async () => {
    await using kubeApi = await createFakeKubeApi()
    const body = { spec: { audiences: ['istio-ca'] } }
    const path = '/api/v1/namespaces/shop/serviceaccounts/web/token'
    const answer = await ask<{ status: { token: string } }>(kubeApi, path, { method: 'POST', body })
    expect(await review(kubeApi, answer.body.status.token, ['istio-ca'])).toMatchObject({ authenticated: true })
  })
})

describe('an access review', () => {
  it('always allows', async () => {
    await using kubeApi = await createFakeKubeApi()
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
    expect((await ask(kubeApi, path, { method: 'POST', body: { spec: {} } })).body.status).toEqual({ allowed: true })
  })
})
