import { describe, expect, it } from 'vitest'
import { createFakeKubeApi } from './create-fake-kube-api.ts'
import type { KubeObject } from './kube-object.ts'
import { ask, configMap, definition } from './request.test-support.ts'
import { startWebhook } from './webhook.test-support.ts'

const anything = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }

/** A configuration with one webhook, as the cluster's administrator registers it. */
function registered(kind: 'Mutating' | 'Validating', webhook: object): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: 'hooks' },
    webhooks: [{ name: 'hook.example.test', rules: [{ ...anything, apiGroups: [''] }], ...webhook }],
  }
}

const patch = (operations: object[]) => Buffer.from(JSON.stringify(operations)).toString('base64')

describe('a validating webhook', () => {
  it('refuses an object with its own message, is called once, and nothing is written', async () => {
    await using hook = await startWebhook(() => ({
      allowed: false,
      status: { message: 'data must have an a', code: 422 },
    }))
    const { clientConfig } = hook
    await using kubeApi = await createFakeKubeApi({
      objects: [...hook.service, registered('Validating', { clientConfig })],
    })
    const refusal = 'admission webhook "hook.example.test" denied the request: data must have an a'
    await expect(kubeApi.apply([configMap('one')])).rejects.toMatchObject({ code: 422, message: refusal })
    const path = '/api/v1/namespaces/default/configmaps'
    expect((await ask(kubeApi, `${path}?dryRun=All`, { method: 'POST', body: configMap('one') })).body).toMatchObject({
      code: 422,
      message: refusal,
    })
    expect(kubeApi.list('ConfigMap')).toEqual([])
    expect(hook.requests.map(({ operation, dryRun }) => [operation, dryRun])).toEqual([
      ['CREATE', false],
      ['CREATE', true],
    ])
  })

  it('receives the old object, and is not called for a status', async () => {
    await using hook = await startWebhook(() => ({ allowed: true }))
    const webhook = { clientConfig: hook.clientConfig, rules: [{ ...anything, apiGroups: ['example.test'] }] }
    await using kubeApi = await createFakeKubeApi({
      objects: [...hook.service, definition('Gadget', ['v1']), registered('Validating', webhook)],
    })
    const gadget = { apiVersion: 'example.test/v1', kind: 'Gadget', metadata: { name: 'one' } }
    await kubeApi.apply([{ ...gadget, spec: { size: 1 } }])
    await kubeApi.apply([{ ...gadget, spec: { size: 2 }, status: { ok: true } }])
    expect(hook.requests.map(({ object, oldObject }) => [oldObject?.spec, object.spec])).toEqual([
      [undefined, { size: 1 }],
      [{ size: 1 }, { size: 2 }],
    ])
  })

  it.each([
    { policy: { failurePolicy: 'Ignore' }, outcome: 'written' },
    {
      policy: { failurePolicy: 'Fail' },
      outcome: 'failed calling webhook "hook.example.test": self-signed certificate',
    },
    { policy: {}, outcome: 'failed calling webhook "hook.example.test": self-signed certificate' },
  ])('with an untrusted certificate and $policy: $outcome', async ({ policy, outcome }) => {
    await using hook = await startWebhook(() => ({ allowed: true }))
    await using otherHook = await startWebhook(() => ({ allowed: true }))
    const clientConfig = { ...hook.clientConfig, caBundle: otherHook.clientConfig.caBundle }
    const webhook = registered('Validating', { clientConfig, ...policy })
    await using kubeApi = await createFakeKubeApi({ objects: [...hook.service, webhook] })
    const outcomeOfApply = await kubeApi.apply([configMap('one')]).then(
      () => 'written',
      (error: Error) => error.message,
    )
    expect(outcomeOfApply).toContain(outcome)
    expect(hook.requests).toEqual([])
  })

  it('stops the write with a message when it has no endpoint', async () => {
    await using hook = await startWebhook(() => ({ allowed: true }))
    const { clientConfig } = hook
    await using kubeApi = await createFakeKubeApi({ objects: [registered('Validating', { clientConfig })] })
    await expect(kubeApi.apply([configMap('one')])).rejects.toThrow('no endpoints available for service "hook"')
  })
})

describe('a mutating webhook', () => {
  it('changes the object before the write, and the next webhook sees the change', async () => {
    await using hook = await startWebhook(({ object }) => {
      const labels = { ...object.metadata.labels, [`seen-${Object.keys(object.metadata.labels ?? {}).length}`]: 'yes' }
      return {
        allowed: true,
        patchType: 'JSONPatch',
        patch: patch([{ op: 'add', path: '/metadata/labels', value: labels }]),
      }
    })
    const { clientConfig } = hook
    const configuration = registered('Mutating', { clientConfig })
    const [webhook] = configuration['webhooks'] as [object]
    configuration['webhooks'] = [webhook, webhook]
    await using kubeApi = await createFakeKubeApi({ objects: [...hook.service, configuration] })
    const [applied] = await kubeApi.apply([configMap('one')])
    expect(applied?.metadata.labels).toEqual({ 'seen-0': 'yes', 'seen-1': 'yes' })
    expect(kubeApi.get({ kind: 'ConfigMap', name: 'one' })?.metadata.labels).toEqual(applied?.metadata.labels)
  })

  it.each([
    ['the labels of the namespace', { namespaceSelector: { matchLabels: { mesh: 'on' } } }, ['inside']],
    [
      'the labels of the object',
      { objectSelector: { matchExpressions: [{ key: 'skip', operator: 'DoesNotExist' }] } },
      ['inside', 'outside'],
    ],
    ['the kinds', { rules: [{ ...anything, apiGroups: [''], resources: ['pods'] }] }, []],
    ['the operations', { rules: [{ ...anything, apiGroups: [''], operations: ['UPDATE'] }] }, []],
    ['the groups', { rules: [{ ...anything, apiGroups: ['apps'] }] }, []],
  ])('is called only when %s match', async (_what, selection, names) => {
    await using hook = await startWebhook(() => ({ allowed: true }))
    const webhook = { clientConfig: hook.clientConfig, ...selection }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'meshed', labels: { mesh: 'on' } } }
    await using kubeApi = await createFakeKubeApi({
      objects: [...hook.service, namespace, registered('Mutating', webhook)],
    })
    await kubeApi.apply([
      configMap('inside', { namespace: 'meshed' }),
      configMap('outside'),
      configMap('skipped', { labels: { skip: 'yes' } }),
    ])
    expect(hook.requests.map(({ object }) => object.metadata.name)).toEqual(names)
  })
})
