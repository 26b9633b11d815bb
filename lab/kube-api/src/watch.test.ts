import { describe, expect, it } from 'vitest'
import { createFakeKubeApi } from './create-fake-kube-api.ts'
import { configMap, watch } from './request.test-support.ts'

const PATH = '/api/v1/namespaces/default/configmaps'

describe('a watch', () => {
  it('is refused when its version has left the bounded log, so that the client lists again', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [configMap('one')] })
    const from = kubeApi.version()
    for (let n = 0; n < 9000; n += 1) await kubeApi.apply([configMap('one', { data: { n: String(n) } })])
    using late = await watch(kubeApi, `${PATH}?watch=true&resourceVersion=${from}`)
    expect([await late.next(), await late.next()]).toEqual(['ERROR 410', 'closed'])
    using recent = await watch(kubeApi, `${PATH}?watch=true&resourceVersion=${kubeApi.version() - 1}`)
    expect(await recent.next()).toBe('MODIFIED one')
  })
})
