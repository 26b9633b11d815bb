import { describe, expect, it } from 'vitest'
import { cluster } from './answers.test-support.ts'
import { createObjectLists } from './object-lists.ts'
import { readIstio } from './read-istio.ts'

interface PodChange {
  status?: string
  annotation?: string
  label?: string
  discovery?: string
}

describe('readIstio of another control plane', () => {
  const pod = (change: PodChange) => ({
    metadata: {
      name: 'cart-1',
      namespace: 'shop',
      labels: { app: 'cart', ...(change.label && { 'istio.io/rev': change.label }) },
      annotations: {
        ...(change.annotation && { 'istio.io/rev': change.annotation }),
        ...(change.status && { 'sidecar.istio.io/status': JSON.stringify({ revision: change.status }) }),
      },
    },
    spec: {
      containers: [{ name: 'app' }],
      // As a native sidecar.
      initContainers: [
        {
          name: 'istio-proxy',
          restartPolicy: 'Always',
          env: [
            {
              name: 'PROXY_CONFIG',
              value: JSON.stringify(change.discovery === undefined ? {} : { discoveryAddress: change.discovery }),
            },
          ],
        },
      ],
    },
  })
  const configMap = (namespace: string, name: string, mesh: object) => ({
    [`/api/v1/namespaces/${namespace}/configmaps/${name}`]: {
      metadata: { name, namespace },
      data: { mesh: JSON.stringify(mesh) },
    },
  })
  const telemetryIn = (namespace: string) => ({
    [`/apis/telemetry.istio.io/v1/namespaces/${namespace}/telemetries`]: {
      items: [{ metadata: { name: 'mesh', namespace }, spec: { tracing: [] } }],
    },
  })
  const read = async (pods: ReturnType<typeof pod>[], answers: Record<string, unknown>) => {
    const unseen: string[] = []
    const kubectl = cluster({ ...telemetryIn('istio-system'), ...answers })
    const facts = await readIstio(kubectl, createObjectLists(kubectl, unseen), {
      pods,
      namespaces: ['shop'],
      services: [],
    })
    return { facts, unseen }
  }

  it.each([
    ['the annotation of its status', pod({ status: '1-31', label: 'stable' }), 'istio-1-31'],
    ['its annotation', pod({ annotation: 'canary', label: 'stable' }), 'istio-canary'],
    ['its label', pod({ label: 'canary' }), 'istio-canary'],
    ['no revision', pod({}), 'istio'],
    ['the revision of none', pod({ status: 'default' }), 'istio'],
  ])('reads the settings of the revision that a pod has by %s', async (_, injected, name) => {
    const other = configMap('istio-system', name === 'istio' ? 'istio-canary' : 'istio', { extensionProviders: [] })
    const own = configMap('istio-system', name, { extensionProviders: [{ name: 'otel' }] })
    const { facts } = await read([injected], { ...other, ...own })
    expect(facts?.meshConfig).toMatchObject({ name: `istio-system/${name}`, providers: ['otel'] })
  })

  it('reads no settings rather than those of another revision', async () => {
    const { facts } = await read([pod({ status: 'canary' })], configMap('istio-system', 'istio', {}))
    expect(facts?.meshConfig).toBeNull()
  })

  it('finds a control plane in another namespace, and the root namespace that it names', async () => {
    const injected = pod({ status: 'canary', discovery: 'istiod-canary.mesh.svc:15012' })
    const { facts } = await read([injected], {
      ...configMap('mesh', 'istio-canary', { rootNamespace: 'mesh-rules' }),
      ...telemetryIn('mesh-rules'),
      ...telemetryIn('mesh'),
    })
    expect(facts?.meshConfig?.name).toBe('mesh/istio-canary')
    expect(facts?.telemetries.map(({ name, scope, pods }) => [name, scope, pods])).toEqual([
      ['mesh-rules/mesh', 'mesh', ['shop/cart-1']],
    ])
  })

  it('says that pods of another revision are not looked at', async () => {
    const { unseen } = await read([pod({ status: 'canary' }), pod({})], configMap('istio-system', 'istio-canary', {}))
    expect(unseen).toEqual(['settings of the revisions default of Istio: only those of canary are read'])
  })
})
