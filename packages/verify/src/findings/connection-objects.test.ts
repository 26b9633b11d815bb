import { describe, expect, it } from 'vitest'
import {
  consulWith,
  found,
  fromPrincipals,
  isCart,
  isProxy,
  istioWith,
  sketchCluster,
  sketchClusterPath,
  sketchConsul,
  sketchIstio,
  sketchPod,
  sketchPolicy,
} from '../cluster.test-support.ts'
import { sketchProbes } from '../evidence.test-support.ts'
import type { Span } from '../evidence/span.ts'
import { judge } from './judge.ts'

describe('TLV502', () => {
  const reset = (span: Span): Span | null => {
    if (isProxy(span) || isCart(span)) return null
    return span.kind === 'client' ? { ...span, error: true, status: null } : span
  }
  it('names the PeerAuthentication that a caller without a sidecar can’t meet', () => {
    const pods = [sketchPod('frontend', null), sketchPod('cart', 'istio')]
    const cluster = sketchCluster('istio', { pods })
    expect(found(sketchClusterPath('istio', { cluster, edit: reset }))).toEqual([
      'TLV502 error PeerAuthentication shop/default spec.mtls.mode',
    ])
  })

  it('names the pod that crashed while the probes ran', () => {
    const crashedAt = Math.ceil((sketchProbes()[0]?.startUs ?? 0) / 1000) + 1000
    const pods = [sketchPod('frontend', 'istio'), sketchPod('cart', 'istio', { crashedAt })]
    const cluster = sketchCluster('istio', { pods })
    expect(found(sketchClusterPath('istio', { cluster, edit: reset }))).toEqual([
      'TLV502 error Pod shop/cart-1 status.containerStatuses',
    ])
    const before = [sketchPod('frontend', 'istio'), sketchPod('cart', 'istio', { crashedAt: 1 })]
    expect(found(sketchClusterPath('istio', { cluster: { ...cluster, pods: before }, edit: reset }))).toEqual([])
  })

  it('names the rule on connections of a port of bytes', () => {
    const cluster = istioWith({
      authorizationPolicies: [sketchPolicy({ rules: fromPrincipals('cluster.local/ns/shop/sa/admin') })],
    })
    const services = cluster.services.map((each) => ({ ...each, port: each.port && { ...each.port, name: 'tcp' } }))
    expect(found(sketchClusterPath('istio', { cluster: { ...cluster, services }, edit: reset }))).toContain(
      'TLV502 error AuthorizationPolicy shop/rule spec.rules',
    )
  })
})

describe('objects of Consul', () => {
  const deny = (source: string) => [
    {
      name: 'shop/cart',
      destination: 'cart',
      sources: [{ source, action: 'deny' as const, permissions: [] }],
      syncFailure: null,
    },
  ]
  const bytes = [{ name: 'shop/cart', service: 'cart', protocol: 'tcp', syncFailure: null }]
  const reset = (span: Span): Span | null => {
    if (isProxy(span) || isCart(span)) return null
    return span.kind === 'client' ? { ...span, error: true, status: null } : span
  }

  it.each([
    ['frontend', 'TLV502 error ServiceIntentions shop/cart spec.sources[0].action'],
    ['*', 'TLV502 error ServiceIntentions shop/cart spec.sources[0].action'],
    ['admin', 'TLV401 error ServiceDefaults shop/cart spec.protocol'],
  ])('name the intention that closes connections of bytes, if it denies %s', (source, expected) => {
    const cluster = consulWith({ serviceDefaults: bytes, intentions: deny(source) })
    expect(found(sketchClusterPath('consul', { cluster, edit: reset }))).toEqual([expected])
  })

  it('name the pod that was not injected where Consul knows no endpoint of its Service (TLV504)', () => {
    const pods = [sketchPod('frontend', 'consul'), sketchPod('cart', null)]
    const probes = sketchProbes()
      .filter(({ kind }) => kind !== 'w3c-unsampled')
      .map((probe) => ({ ...probe, status: 503, words: 'no-healthy-upstream' as const }))
    const failed = (span: Span): Span | null => {
      if (isCart(span)) return null
      return isProxy(span) && span.kind === 'client' ? { ...span, status: 503, flags: 'UH' } : span
    }
    const cluster = sketchCluster('consul', { pods })
    expect(found(sketchClusterPath('consul', { cluster, probes, edit: failed }))).toEqual([
      'TLV504 error Pod shop/cart-1 metadata.annotations',
    ])
    const injected = sketchClusterPath('consul', { probes, edit: failed })
    expect(found(injected)).toEqual(['TLV504 error'])
  })

  it.each([
    ['permissive', null, ['TLV602 warning ServiceDefaults shop/cart spec.mutualTLSMode']],
    [null, 'permissive', ['TLV602 warning ProxyDefaults consul/global spec.mutualTLSMode']],
    ['strict', 'permissive', []],
    [null, null, []],
  ])('warn of mutual TLS that is %s for the service and %s for all (TLV602)', (own, all, expected) => {
    const { proxyDefaults } = sketchConsul()
    const cluster = consulWith({
      proxyDefaults: proxyDefaults.map((each) => ({ ...each, mutualTls: all })),
      serviceDefaults: [{ name: 'shop/cart', service: 'cart', protocol: 'http', mutualTls: own, syncFailure: null }],
    })
    expect(found(sketchClusterPath('consul', { cluster }))).toEqual(expected)
  })
})

describe('TLV503', () => {
  const worded = () =>
    sketchProbes()
      .filter(({ kind }) => kind !== 'w3c-unsampled')
      .map((probe) => ({ ...probe, status: 503, words: 'tls-error' as const }))
  const stopped = (span: Span): Span | null => (isCart(span) ? null : span)
  it('names the pod that speaks plain text, or the object that switched TLS off', () => {
    const pods = [sketchPod('frontend', 'istio'), sketchPod('cart', null)]
    const cluster = sketchCluster('istio', { pods })
    expect(found(sketchClusterPath('istio', { cluster, probes: worded(), edit: stopped }))).toEqual([
      'TLV503 error Pod shop/cart-1 spec.containers',
    ])
    const disabled = istioWith({
      peerAuthentications: [
        { name: 'shop/cart', scope: 'workload', pods: ['shop/cart-1'], mode: null, ports: { 8080: 'DISABLE' } },
      ],
    })
    expect(found(sketchClusterPath('istio', { cluster: disabled, probes: worded(), edit: stopped }))).toContain(
      'TLV503 error PeerAuthentication shop/cart spec.portLevelMtls["8080"].mode',
    )
  })

  it('names the DestinationRule by a call that fails, where no app passes on why', () => {
    const tls = (mode: string) => [
      { name: 'shop/tls', field: 'spec.trafficPolicy.tls.mode', mode, port: null, services: ['shop/cart'] },
    ]
    const line = 'DestinationRule shop/tls spec.trafficPolicy.tls.mode'
    const failed = (span: Span): Span | null => {
      if (isCart(span)) return null
      return isProxy(span) && span.kind === 'client' ? { ...span, status: 503, flags: 'UF,URX' } : span
    }
    const plain = { pods: [sketchPod('frontend', 'istio'), sketchPod('cart', null)] }
    const cluster = sketchCluster('istio', { ...plain, istio: sketchIstio({ tls: tls('ISTIO_MUTUAL') }) })
    expect(found(sketchClusterPath('istio', { cluster, edit: failed }))).toEqual([`TLV503 error ${line}`])
    const strict = istioWith({ tls: tls('DISABLE') })
    expect(found(sketchClusterPath('istio', { cluster: strict, edit: failed }))).toEqual([`TLV503 error ${line}`])
    const agreed = istioWith({ tls: tls('ISTIO_MUTUAL') })
    expect(found(sketchClusterPath('istio', { cluster: agreed, edit: failed }))).toEqual(['TLV504 suspected'])
    expect(found(sketchClusterPath('istio', { cluster: strict }))).toEqual([])
  })

  it('does not take a pod of the ambient mode for one that speaks plain text', () => {
    const pods = [sketchPod('frontend', 'istio'), sketchPod('cart', null, { ambient: true })]
    const cluster = sketchCluster('istio', { pods })
    expect(found(sketchClusterPath('istio', { cluster, probes: worded(), edit: stopped }))).toEqual([
      'TLV503 suspected',
    ])
  })

  it('suspects without the objects', () => {
    expect(found({ ...sketchClusterPath('istio', { probes: worded(), edit: stopped }), cluster: null })).toEqual([
      'TLV503 suspected',
    ])
  })
})

describe('TLV602', () => {
  it('warns of a mode that someone wrote, and only notes the default', () => {
    const written = istioWith({
      peerAuthentications: [
        { name: 'shop/open', scope: 'workload', pods: ['shop/cart-1'], mode: 'PERMISSIVE', ports: {} },
        ...sketchIstio().peerAuthentications,
      ],
    })
    expect(found(sketchClusterPath('istio', { cluster: written }))).toEqual([
      'TLV602 warning PeerAuthentication shop/open spec.mtls.mode',
    ])
    const unset = sketchClusterPath('istio', { cluster: istioWith({ peerAuthentications: [] }) })
    expect(found(unset)).toEqual([])
    expect(judge(unset).findings.map(({ id, level }) => `${id} ${level}`)).toContain('TLV602 note')
  })

  it('proves it by a bypass that is answered through the sidecar', () => {
    const evidence = sketchClusterPath('istio')
    const [plan] = sketchProbes(['bypass'], 1)
    if (plan === undefined) throw new Error('no probe')
    const [context] = plan.contexts
    const own = sketchClusterPath('istio', { probes: [plan] }).spans
    const taken = own
      .filter(isCart)
      .map((span) => (isProxy(span) ? { ...span, parentId: context?.spanId ?? null } : span))
    const bypassed = {
      ...evidence,
      bypass: 'http://10.0.0.2:8080/cart',
      probes: [...evidence.probes, plan],
      spans: [...evidence.spans, ...taken],
    }
    expect(found(bypassed)).toEqual(['TLV602 warning PeerAuthentication shop/default spec.mtls.mode'])
  })
})
