import { describe, expect, it } from 'vitest'
import { app, foundIn, service } from './manifests.test-support.ts'

describe('files of Consul', () => {
  const inject = ', consul.hashicorp.com/connect-inject: "true"'
  const consul = (kind: string, name: string, spec: string): string =>
    `apiVersion: consul.hashicorp.com/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${spec}\n`
  const tracing = (entry: string): string =>
    consul('ProxyDefaults', 'global', `  config:\n    protocol: http\n    envoy_listener_tracing_json: ${entry}`)
  const TYPED = `'{"@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing"}'`
  const allow = '  destination: { name: cart }\n  sources:\n    - name: frontend\n      action: allow'
  const files: Record<string, string> = {
    'frontend.yaml': app('frontend', {
      annotations: `${inject}, consul.hashicorp.com/connect-service-upstreams: "cart:9001"`,
    }),
    'cart.yaml': app('cart', { annotations: inject }) + '---' + service('cart'),
    'mesh.yaml': tracing(TYPED),
    'intentions.yaml': consul('ServiceIntentions', 'cart', allow),
  }

  it('that are healthy have no finding', async () => {
    expect(await foundIn(files)).toEqual([])
  })

  it.each<[string, Record<string, string>, string]>([
    [
      'a map in place of a text',
      { 'mesh.yaml': tracing('{ random_sampling: 100 }') },
      'TLV304 error ProxyDefaults shop/global spec.config.envoy_listener_tracing_json (mesh.yaml:8)',
    ],
    [
      'an entry without @type',
      { 'mesh.yaml': tracing(`'{"random_sampling": {"value": 100}}'`) },
      'TLV304 error ProxyDefaults shop/global spec.config.envoy_listener_tracing_json (mesh.yaml:8)',
    ],
    [
      'ServiceDefaults of bytes',
      { 'defaults.yaml': consul('ServiceDefaults', 'cart', '  protocol: tcp') },
      'TLV401 error ServiceDefaults shop/cart spec.protocol (defaults.yaml:6)',
    ],
    [
      'a callee that opts out',
      { 'cart.yaml': app('cart', { annotations: inject.replace('true', 'false') }) + '---' + service('cart') },
      'TLV402 warning Deployment shop/cart spec.template.metadata.annotations (cart.yaml:10)',
    ],
    [
      'an intention that denies an upstream',
      { 'intentions.yaml': consul('ServiceIntentions', 'cart', allow.replace('allow', 'deny')) },
      'TLV501 error ServiceIntentions shop/cart spec.sources[0].action (intentions.yaml:9)',
    ],
    [
      'an intention that denies an upstream of bytes',
      {
        'defaults.yaml': consul('ServiceDefaults', 'cart', '  protocol: tcp'),
        'intentions.yaml': consul('ServiceIntentions', 'cart', allow.replace('allow', 'deny')),
      },
      'TLV502 error ServiceIntentions shop/cart spec.sources[0].action (intentions.yaml:9)',
    ],
    [
      'ServiceDefaults that let plain text in',
      { 'defaults.yaml': consul('ServiceDefaults', 'cart', '  mutualTLSMode: permissive') },
      'TLV602 warning ServiceDefaults shop/cart spec.mutualTLSMode (defaults.yaml:6)',
    ],
    [
      'a list that nothing closes',
      {
        'intentions.yaml': consul(
          'ServiceIntentions',
          'cart',
          allow.replace('action: allow', 'permissions: [{ action: allow, http: { pathPrefix: /items } }]'),
        ),
      },
      'TLV506 warning ServiceIntentions shop/cart spec.sources[0].permissions (intentions.yaml:9)',
    ],
  ])('with %s have exactly its finding', async (_, change, expected) => {
    expect(await foundIn({ ...files, ...change })).toEqual([expected])
  })

  it('leave the protocol open where the mesh’s defaults are not among them', async () => {
    const { 'mesh.yaml': _, ...others } = files
    expect(await foundIn(others)).toEqual([])
  })
})
