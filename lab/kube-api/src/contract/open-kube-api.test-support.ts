import { randomBytes } from 'node:crypto'
import { pollUntil } from '@throughline/lab-programs'
import { createFakeKubeApi } from '../create-fake-kube-api.ts'
import type { KubeObject } from '../kube-object.ts'
import { ask } from '../request.test-support.ts'

export interface OpenKubeApi extends AsyncDisposable {
  url: string
  namespace: string
  /** Path of the Secrets in it; nothing in a cluster adds one by itself. */
  secrets: string
  /** Defines a kind, and waits until this version of it is served. */
  define: (definition: KubeObject, version: string) => Promise<void>
}

/**
 * The API that the tests of this folder are held to, with a new namespace: the fake, or a real one at `KUBE_API_URL`, which
 * `kubectl proxy` gives. `npm run test:cluster` runs them against a real one.
 */
export async function openKubeApi(): Promise<OpenKubeApi> {
  const real = process.env['KUBE_API_URL']
  const fake = real === undefined ? await createFakeKubeApi() : undefined
  const api = { url: real ?? fake?.url ?? '' }
  const namespace = `contract-${randomBytes(4).toString('hex')}`
  await ask(api, '/api/v1/namespaces', { method: 'POST', body: { metadata: { name: namespace } } })
  const added = [`/api/v1/namespaces/${namespace}`]
  return {
    ...api,
    namespace,
    secrets: `/api/v1/namespaces/${namespace}/secrets`,
    async define(body, version) {
      const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
      await ask(api, definitions, { method: 'POST', body })
      added.push(`${definitions}/${body.metadata.name}`)
      const [plural = ''] = body.metadata.name.split('.')
      const list = `/apis/${(body.spec as { group: string }).group}/${version}/${plural}`
      await pollUntil(async () => (await ask(api, list)).status === 200, {
        what: list,
        deadline: 30_000,
        interval: 200,
      })
    },
    async [Symbol.asyncDispose]() {
      for (const path of added) await ask(api, path, { method: 'DELETE' })
      await fake?.close()
    },
  }
}
