import { describe, expect, it } from 'vitest'
import {
  consulWith,
  found,
  fromPrincipals,
  isCart,
  isProxy,
  istioWith,
  sketchClusterPath,
  sketchPolicy,
  withoutProxies,
} from '../cluster.test-support.ts'
import { sketchProbes } from '../evidence.test-support.ts'
import type { ClusterFacts, IntentionPermissionFacts, IntentionSourceFacts } from '../evidence/cluster-facts.ts'
import type { Span } from '../evidence/span.ts'
import { judge } from './judge.ts'

/** What a denied call leaves: the callee's proxy answers 403. */
function denied(span: Span): Span | null {
  if (isCart(span) && !isProxy(span)) return null
  return isProxy(span) && isCart(span) ? { ...span, status: 403 } : span
}

const deniedProbes = () =>
  sketchProbes()
    .filter(({ kind }) => kind !== 'w3c-unsampled')
    .map((probe) => ({ ...probe, status: 502, words: 'rbac-denied' as const }))

describe('TLV501', () => {
  it.each([
    [[sketchPolicy({ name: 'shop/deny-all', scope: 'namespace' })], 'AuthorizationPolicy shop/deny-all spec'],
    [[sketchPolicy({ action: 'DENY', rules: fromPrincipals('*') })], 'AuthorizationPolicy shop/rule spec.rules[0]'],
    [
      [sketchPolicy({ rules: fromPrincipals('cluster.local/ns/other/sa/*') })],
      'AuthorizationPolicy shop/rule spec.rules',
    ],
    [
      [
        sketchPolicy({ name: 'shop/deny-all', scope: 'namespace' }),
        sketchPolicy({ name: 'shop/allow', rules: fromPrincipals('td/ns/shop/sa/admin') }),
      ],
      'AuthorizationPolicy shop/allow spec.rules',
    ],
  ])('names the policy and its line: %#', (authorizationPolicies, line) => {
    const cluster = istioWith({ authorizationPolicies })
    const evidence = sketchClusterPath('istio', { cluster, probes: deniedProbes(), edit: denied })
    expect(found(evidence)).toEqual([`TLV501 error ${line}`])
  })

  it('names the intention that wins', () => {
    const source = (change: Partial<IntentionSourceFacts>): IntentionSourceFacts => ({
      source: '*',
      action: 'deny',
      permissions: [],
      ...change,
    })
    const intentions = [
      { name: 'consul/all', destination: '*', sources: [source({})], syncFailure: null },
      {
        name: 'shop/cart',
        destination: 'cart',
        sources: [source({ action: 'allow' }), source({ source: 'frontend' })],
        syncFailure: null,
      },
    ]
    const cluster = consulWith({ intentions })
    const evidence = sketchClusterPath('consul', { cluster, probes: deniedProbes(), edit: denied })
    expect(found(evidence)).toEqual(['TLV501 error ServiceIntentions shop/cart spec.sources[1].action'])
  })
})

describe('TLV505', () => {
  it('names the intention that denies a served call, and why the sidecar keeps old rules', () => {
    const intentions = [
      {
        name: 'shop/cart',
        destination: 'cart',
        sources: [{ source: 'frontend', action: 'deny' as const, permissions: [] }],
        syncFailure: null,
      },
    ]
    const evidence = sketchClusterPath('consul', { cluster: consulWith({ intentions }) })
    const line = 'TLV505 error ServiceIntentions shop/cart spec.sources[0].action'
    expect(found(evidence)).toEqual([line])
    const envoys = [
      {
        node: 'cart-1-cart-sidecar-proxy',
        version: '1.38.2',
        listeners: [
          {
            name: 'public_listener',
            direction: 'inbound' as const,
            http: [],
            ports: [],
            tcp: false,
            error: 'unknown cluster',
          },
        ],
        collectors: [],
        listenerUpdatesRejected: 3,
        rbacDenied: 0,
      },
    ]
    expect(found({ ...evidence, envoys })).toEqual([line])
    expect(judge({ ...evidence, envoys }).findings[0]?.seen.join()).toContain('rejected 3 updates')
  })

  it('names the policy that denies a call which is served', () => {
    const cluster = istioWith({
      authorizationPolicies: [sketchPolicy({ action: 'DENY', rules: fromPrincipals('*/ns/shop/sa/frontend') })],
    })
    expect(found(sketchClusterPath('istio', { cluster }))).toEqual([
      'TLV505 error AuthorizationPolicy shop/rule spec.rules[0]',
    ])
  })

  it.each([
    ['an operation that is not known', { methods: ['POST'], paths: null, ports: null, http: true, other: false }],
    ['another path', { methods: null, paths: ['/admin*'], ports: null, http: true, other: false }],
    ['another port', { methods: null, paths: null, ports: ['9090'], http: false, other: false }],
  ])('is silent about a deny for %s', (_, to) => {
    const rules = [{ from: [], to: [to], when: false }]
    const cluster = istioWith({ authorizationPolicies: [sketchPolicy({ action: 'DENY', rules })] })
    expect(found(sketchClusterPath('istio', { cluster }))).toEqual([])
  })
})

describe('TLV506', () => {
  const permission = (change: Partial<IntentionPermissionFacts>): IntentionPermissionFacts => ({
    action: 'allow',
    pathExact: null,
    pathPrefix: null,
    pathRegex: null,
    methods: [],
    headers: false,
    ...change,
  })
  const withPermissions = (...permissions: IntentionPermissionFacts[]): ClusterFacts =>
    consulWith({
      intentions: [
        {
          name: 'shop/cart',
          destination: 'cart',
          sources: [{ source: 'frontend', action: null, permissions }],
          syncFailure: null,
        },
      ],
    })

  it('names an open list that did not stop a call which it does not name', () => {
    const open = withPermissions(permission({ pathExact: '/other' }))
    expect(found(sketchClusterPath('consul', { cluster: open }))).toEqual([
      'TLV506 error ServiceIntentions shop/cart spec.sources[0].permissions',
    ])
    const named = withPermissions(permission({ pathPrefix: '/cart' }))
    expect(found(sketchClusterPath('consul', { cluster: named }))).toEqual([])
  })

  it('names a rule on HTTP for a port of bytes', () => {
    const to = [{ methods: ['GET'], paths: null, ports: null, http: true, other: false }]
    const cluster = istioWith({ authorizationPolicies: [sketchPolicy({ rules: [{ from: [], to, when: false }] })] })
    const services = cluster.services.map((each) => ({
      ...each,
      port: each.port && { ...each.port, name: 'tcp-cart' },
    }))
    expect(found(sketchClusterPath('istio', { cluster: { ...cluster, services }, edit: withoutProxies }))).toEqual([
      'TLV506 error AuthorizationPolicy shop/rule spec.rules[0].to',
    ])
  })
})
