import { describe, expect, it } from 'vitest'
import { cluster } from './answers.test-support.ts'
import { resolveTarget } from './resolve-target.ts'
import { parseTarget } from './target.ts'

const labels = { app: 'cart', tier: 'web' }
const pod = (name: string, { ready = true, phase = 'Running', change = {} } = {}) => ({
  metadata: { name, namespace: 'shop', labels },
  spec: {
    // The sidecar first, and native ones before it; none of their ports is the app's.
    initContainers: [
      { name: 'istio-proxy', restartPolicy: 'Always', ports: [{ name: 'http-envoy', containerPort: 15090 }] },
    ],
    containers: [
      { name: 'consul-dataplane', ports: [{ name: 'http-proxy', containerPort: 20000 }] },
      { name: 'metrics', ports: [{ name: 'metrics', containerPort: 9090 }] },
      { name: 'app', ports: [{ name: 'http-api', containerPort: 8080 }, { containerPort: 7000 }] },
    ],
    ...change,
  },
  status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
})
const selector = {
  matchLabels: { app: 'cart' },
  matchExpressions: [{ key: 'tier', operator: 'In', values: ['web', 'api'] }],
}
const metadata = { name: 'cart', namespace: 'shop' }
const ports = [
  { port: 9090 },
  { name: 'http', port: 80, targetPort: 'http-api' },
  { name: 'raw', port: 81, targetPort: 7000 },
]
const CORE = '/api/v1/namespaces/shop'
const APPS = '/apis/apps/v1/namespaces/shop'
const answers = {
  '/api/v1/namespaces/shop': { metadata: { name: 'shop' } },
  [`${CORE}/pods`]: { items: [pod('cart-0', { ready: false }), pod('cart-1')] },
  [`${CORE}/pods/cart-0`]: pod('cart-0', { ready: false }),
  [`${CORE}/services`]: { items: ['cart', 'frontend'].map((name) => ({ metadata: { name } })) },
  [`${CORE}/services/cart`]: { metadata, spec: { selector: { app: 'cart' }, ports } },
  [`${CORE}/services/headless`]: {
    metadata,
    spec: { clusterIP: 'None', selector: { app: 'cart' }, ports: ports.slice(1) },
  },
  [`${CORE}/services/bare`]: { metadata, spec: { ports } },
  [`${CORE}/services/outside`]: { metadata, spec: { type: 'ExternalName', externalName: 'shop.example.com' } },
  [`${CORE}/services/empty`]: { metadata, spec: { selector: { app: 'absent' }, ports } },
  [`${APPS}/deployments`]: {
    items: Array.from({ length: 12 }, (_, index) => ({ metadata: { name: `app-${index}` } })),
  },
  [`${APPS}/deployments/cart`]: { metadata, spec: { selector } },
  [`${APPS}/statefulsets/cart`]: { metadata, spec: { selector } },
  [`${APPS}/statefulsets/other`]: {
    metadata,
    spec: { selector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['web'] }] } },
  },
}

async function resolve(text: string) {
  const target = parseTarget(text)
  if (target === undefined) throw new Error(`${text} is no target`)
  return await resolveTarget(cluster(answers), target, 'shop')
}

describe('resolveTarget', () => {
  it.each([
    ['deploy/cart', 'cart-1', 8080],
    ['deployment/cart:metrics', 'cart-1', 9090],
    ['Deployment/cart', 'cart-1', 8080],
    ['deployments.apps/cart', 'cart-1', 8080],
    ['sts/cart:7000', 'cart-1', 7000],
    ['svc/cart', 'cart-1', 8080],
    ['service/cart:80', 'cart-1', 8080],
    ['svc/cart:raw', 'cart-1', 7000],
    ['svc/cart:9090', 'cart-1', 9090],
    ['svc/headless', 'cart-1', 8080],
    ['pod/cart-0', 'cart-0', 8080],
  ])('leads %s to a port of an app in a ready pod', async (text, name, port) => {
    expect(await resolve(text)).toEqual({ namespace: 'shop', pod: name, port })
  })

  it.each([
    ['svc/catr', 'namespace shop has no service/catr; it has service/cart, service/frontend'],
    ['deploy/catr', /no deployment\/catr; it has deployment\/app-0, .*deployment\/app-9, and 2 more$/],
    ['ds/cart', 'namespace shop has no daemonset/cart'],
    ['svc/cart:8081', 'service/cart has no port 8081; it has 9090, 80 (http), 81 (raw)'],
    ['deploy/cart:grpc', 'deployment/cart has no port named grpc; it has 9090 (metrics), 8080 (http-api), 7000'],
    ['svc/bare', /selects no pods by labels: name a pod/],
    ['svc/outside', /outside of the cluster/],
    ['svc/empty', 'no pod of service/empty runs in namespace shop; it selects none'],
    ['sts/other', 'no pod of statefulset/other runs in namespace shop; it selects none'],
  ])('says of %s what there is', async (text, message) => {
    const escaped = typeof message === 'string' ? `^${message.replaceAll(/[()]/g, '\\$&')}$` : message
    await expect(resolve(text)).rejects.toThrow(new RegExp(escaped))
  })
})
