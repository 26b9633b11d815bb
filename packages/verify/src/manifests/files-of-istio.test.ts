import { describe, expect, it } from 'vitest'
import { app, foundIn, service } from './manifests.test-support.ts'

const CALL = ', { name: CART_URL, value: "http://cart/items" }'
const NAMESPACE = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
`
const istio = (kind: string, spec: string, group = 'security.istio.io/v1', name = 'rule', namespace = 'shop'): string =>
  `apiVersion: ${group}\nkind: ${kind}\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nspec: ${spec}\n`
const STRICT = istio('PeerAuthentication', '{ mtls: { mode: STRICT } }')
const opted = { labels: ', sidecar.istio.io/inject: "false"' }

const healthy: Record<string, string> = {
  'namespace.yaml': NAMESPACE,
  'apps/frontend.yaml': app('frontend', { env: CALL }) + '---' + service('frontend'),
  'apps/cart.yml': app('cart'),
  'apps/cart-service.yaml': service('cart'),
  'strict.yaml': STRICT,
  'allow.yaml': istio(
    'AuthorizationPolicy',
    '{ selector: { matchLabels: { app: cart } }, rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/frontend] } }] }] }',
  ),
}

describe('files of Istio', () => {
  it('that are healthy have no finding', async () => {
    expect(await foundIn(healthy)).toEqual([])
  })

  it.each<[string, Record<string, string>, string]>([
    [
      'a provider that the mesh does not have',
      {
        'telemetry.yaml': istio(
          'Telemetry',
          '\n  tracing:\n    - providers:\n        - name: jaegerr',
          'telemetry.istio.io/v1',
        ),
        'mesh.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: istio, namespace: istio-system }\ndata:\n  mesh: |\n    extensionProviders: [{ name: otel }]\n`,
      },
      'TLV301 error Telemetry shop/rule spec.tracing[0].providers[0].name (telemetry.yaml:9)',
    ],
    [
      'a port of bytes that is called by HTTP',
      { 'apps/cart-service.yaml': service('cart', { port: 'name: tcp-cart' }) },
      'TLV401 error Service shop/cart spec.ports[0].name (apps/cart-service.yaml:11)',
    ],
    [
      'a port of bytes that the kubelet probes by HTTP',
      {
        'apps/frontend.yaml': app('frontend') + '---' + service('frontend', { port: 'appProtocol: tcp' }),
        'apps/cart.yml': app('cart'),
      },
      'TLV401 error Service shop/frontend spec.ports[0].appProtocol (apps/frontend.yaml:28)',
    ],
    [
      'a callee that opts out',
      { 'apps/cart.yml': app('cart', opted), 'strict.yaml': '', 'allow.yaml': '' },
      'TLV402 warning Deployment shop/cart spec.template.metadata.labels (apps/cart.yml:9)',
    ],
    [
      'a call that no policy allows',
      { 'allow.yaml': istio('AuthorizationPolicy', '{ selector: { matchLabels: { app: cart } } }') },
      'TLV501 error AuthorizationPolicy shop/rule spec (allow.yaml:6)',
    ],
    [
      'a policy for another caller',
      {
        'allow.yaml': istio(
          'AuthorizationPolicy',
          '\n  rules:\n    - from: [{ source: { principals: [cluster.local/ns/shop/sa/admin] } }]',
        ),
      },
      'TLV501 error AuthorizationPolicy shop/rule spec.rules (allow.yaml:7)',
    ],
    [
      'a deny in one of many documents',
      {
        'all/more/rules.yaml': `# first\n---\n${STRICT}---\n${istio('AuthorizationPolicy', '\n  action: DENY\n  rules:\n    - from: [{ source: { namespaces: [other] } }]\n    - to: [{ operation: { paths: [/items*] } }]')}`,
      },
      'TLV501 error AuthorizationPolicy shop/rule spec.rules[1] (all/more/rules.yaml:19)',
    ],
    [
      'a caller that opts out, of a callee that is strict',
      {
        'apps/frontend.yaml':
          app('frontend', { env: CALL, ...opted }) + '---' + service('frontend', { port: 'name: web' }),
      },
      'TLV502 error PeerAuthentication shop/rule spec.mtls.mode (strict.yaml:6)',
    ],
    [
      'mutual TLS for a callee that opts out',
      {
        'apps/cart.yml': app('cart', opted),
        'strict.yaml': '',
        'tls.yaml': istio(
          'DestinationRule',
          '\n  host: cart.shop.svc.cluster.local\n  trafficPolicy:\n    tls:\n      mode: ISTIO_MUTUAL',
          'networking.istio.io/v1',
        ),
      },
      'TLV503 error DestinationRule shop/rule spec.trafficPolicy.tls.mode (tls.yaml:10)',
    ],
    [
      'plain text for a callee that is strict',
      {
        'tls.yaml': istio(
          'DestinationRule',
          '{ host: "*.shop.svc.cluster.local", trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: DISABLE } }] } }',
          'networking.istio.io/v1beta1',
        ),
      },
      'TLV503 error DestinationRule shop/rule spec.trafficPolicy.portLevelSettings[0].tls.mode (tls.yaml:6)',
    ],
    [
      'a selector that meets no pod',
      { 'apps/cart-service.yaml': service('cart', { selector: 'crat' }) },
      'TLV504 error Service shop/cart spec.selector (apps/cart-service.yaml:7)',
    ],
    [
      'a port by a name that no container has',
      { 'apps/cart-service.yaml': service('cart', { target: 'web' }) },
      'TLV504 error Service shop/cart spec.ports[0].targetPort (apps/cart-service.yaml:10)',
    ],
    [
      'a rule of HTTP for a port of bytes',
      {
        'apps/cart-service.yaml': service('cart', { port: 'name: redis' }),
        'allow.yaml': istio(
          'AuthorizationPolicy',
          '\n  selector: { matchLabels: { app: cart } }\n  rules:\n    - to:\n        - operation: { methods: [GET] }',
        ),
      },
      'TLV506 error AuthorizationPolicy shop/rule spec.rules[0].to (allow.yaml:9)',
    ],
    [
      'a mode that someone opened',
      { 'strict.yaml': istio('PeerAuthentication', '{ mtls: { mode: PERMISSIVE } }') },
      'TLV602 warning PeerAuthentication shop/rule spec.mtls.mode (strict.yaml:6)',
    ],
  ])('with %s have exactly its finding', async (_, change, expected) => {
    expect(await foundIn({ ...healthy, ...change })).toEqual([expected])
  })

  it('of a Service that no one may call are warned of', async () => {
    const files = {
      ...healthy,
      'apps/frontend.yaml': app('frontend'),
      'allow.yaml': istio('AuthorizationPolicy', '{}'),
    }
    expect(await foundIn(files)).toEqual(['TLV501 warning AuthorizationPolicy shop/rule spec (allow.yaml:6)'])
  })

  it.each<[string, Record<string, string>]>([
    [
      'a port that is one of bytes for good',
      { 'apps/redis.yaml': app('redis', { port: 'redis' }) + '---' + service('redis', { port: 'name: tcp' }) },
    ],
    [
      'telemetry that is sent past the sidecar',
      {
        'apps/frontend.yaml': app('frontend', { env: `${CALL}, { name: TRACES, value: "http://jaeger:4318" }` }),
        'apps/jaeger.yaml': app('jaeger', opted) + '---' + service('jaeger').replace('port: 80', 'port: 4318'),
      },
    ],
    ['pods that a controller makes', { 'gateway.yaml': service('gateway-istio', { selector: 'gateway' }) }],
    [
      'a Service without a selector',
      { 'db.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: db }\nspec: { ports: [{ port: 5432 }] }' },
    ],
    [
      'a namespace in ambient mode',
      {
        'namespace.yaml':
          'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }',
        'allow.yaml': '',
      },
    ],
    [
      'a test of Helm',
      {
        'test.yaml': app('test', { env: CALL, ...opted }).replace(
          'metadata: { name: test }',
          'metadata: { name: test, annotations: { helm.sh/hook: test } }',
        ),
      },
    ],
  ])('with %s have none', async (_, change) => {
    expect(await foundIn({ ...healthy, ...change })).toEqual([])
  })
})
