import { findObject, type KubeObject } from '@throughline/lab-kube-api'
import { pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { type ControlPlane, useControlPlane } from './support/control-plane.ts'
import { expectRestricted } from './support/expect-restricted.ts'
import { madeForGateway, startGateway } from './support/start-gateway.ts'

const controlPlane = useControlPlane()
/** Istio also has a kind of this name. */
const API_VERSION = 'gateway.networking.k8s.io/v1'

interface Condition {
  type: string
  status: string
  reason: string
  observedGeneration: number
}

interface GatewayStatus {
  conditions?: Condition[]
  addresses?: { value: string }[]
}

interface RouteStatus {
  parents?: { controllerName: string; conditions: Condition[] }[]
}

/** What istiod says of the route, once it has seen the newest version of it. */
async function routeConditions({ kubeApi }: ControlPlane, namespace: string): Promise<Record<string, string>> {
  return await pollUntil(
    () => {
      const route = kubeApi.get({ kind: 'HTTPRoute', name: 'dashboard', namespace })
      const conditions = (route?.status as RouteStatus | undefined)?.parents?.[0]?.conditions ?? []
      const isNew = conditions.some(({ observedGeneration }) => observedGeneration === route?.metadata.generation)
      return isNew ? Object.fromEntries(conditions.map(({ type, reason }) => [type, reason])) : undefined
    },
    { deadline: 10_000, what: 'istiod to look at the route' },
  )
}

async function install(plane: ControlPlane, namespace: string): Promise<KubeObject[]> {
  const objects = await plane.render('istio', { namespace, files: ['istio/examples/gateway/values.yaml'] })
  await plane.kubeApi.apply(objects)
  return objects
}

describe('the page behind a gateway', () => {
  it('has a route that istiod accepts', async (context) => {
    const plane = await controlPlane(context)
    await install(plane, 'accepted')
    expect(await routeConditions(plane, 'accepted')).toEqual({ Accepted: 'Accepted', ResolvedRefs: 'ResolvedRefs' })
  })

  it('reports istiod’s reason for a route to a missing backend', async (context) => {
    const plane = await controlPlane(context)
    const objects = await install(plane, 'planted')
    const route = findObject(objects, 'HTTPRoute', 'dashboard')
    const [rule] = (route.spec as { rules: [{ backendRefs: [{ name: string }] }] }).rules
    rule.backendRefs[0].name = 'dashbord'
    await plane.kubeApi.apply([route])
    expect(await routeConditions(plane, 'planted')).toMatchObject({ ResolvedRefs: 'BackendNotFound' })
  })

  it('admits only the identity that istiod gives the gateway', async (context) => {
    const plane = await controlPlane(context)
    const objects = await install(plane, 'identity')
    const account = await madeForGateway(plane, 'ServiceAccount', 'identity')
    const edge = findObject(objects, 'AuthorizationPolicy', 'dashboard-edge')
    const { rules } = edge.spec as { rules: { from: [{ source: { principals: string[] } }] }[] }
    expect(rules.map(({ from }) => from[0].source.principals)).toEqual([
      [`cluster.local/ns/identity/sa/${account.metadata.name}`],
    ])
  })

  it('matches the gateway’s pod by the gateway’s own policies only', async (context) => {
    const plane = await controlPlane(context)
    const objects = await install(plane, 'selectors')
    const pod = await startGateway(plane, 'selectors')
    expect(pod.metadata.labels['gateway.networking.k8s.io/gateway-name']).toBe('dashboard-gateway')
    const selecting = objects.filter(({ spec }) => {
      const { selector } = (spec ?? {}) as { selector?: { matchLabels?: Record<string, string> } }
      const wanted = Object.entries(selector?.matchLabels ?? {})
      return wanted.length > 0 && wanted.every(([key, value]) => pod.metadata.labels[key] === value)
    })
    expect(selecting.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([])
  })

  it('is reached once a cloud gives the gateway an address', async (context) => {
    const plane = await controlPlane(context)
    await install(plane, 'programmed')
    await startGateway(plane, 'programmed')
    const programmed = await pollUntil(
      () => {
        const gateway = plane.kubeApi.get({
          kind: 'Gateway',
          apiVersion: API_VERSION,
          name: 'dashboard-gateway',
          namespace: 'programmed',
        })
        const { conditions = [], addresses = [] } = (gateway?.status ?? {}) as GatewayStatus
        const isReady = conditions.some(({ type, status }) => type === 'Programmed' && status === 'True')
        return isReady ? addresses.map(({ value }) => value) : undefined
      },
      { deadline: 10_000, what: 'the gateway to be programmed' },
    )
    expect(programmed).toEqual(['192.0.2.1'])
  })

  it('runs where the restricted Pod Security Standard is enforced, the gateway’s pod included', async (context) => {
    const plane = await controlPlane(context)
    await install(plane, 'restricted')
    expectRestricted(await startGateway(plane, 'restricted'))
  })
})
