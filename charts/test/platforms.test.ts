import { type KubeObject, findObject, isDeployment, type Pod, type PodSpec } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { requireHelm } from './support/helm.ts'

const isPod = (object: KubeObject): object is Pod => object.kind === 'Pod'

/** The pods of Deployments, then those of tests. */
const specsOf = (objects: KubeObject[]): PodSpec[] => [
  ...objects.filter(isDeployment).map(({ spec }) => spec.template.spec),
  ...objects.filter(isPod).map(({ spec }) => spec),
]

describe.each(['consul', 'istio'])('charts/%s on different platforms', (chart) => {
  it('lets OpenShift choose the user of every pod', async (context) => {
    const helm = await requireHelm(context)
    const owners = ['counting', 'dashboard', 'observability.jaeger', 'observability.test']
    const set = owners.flatMap((owner) => [
      `${owner}.podSecurityContext.runAsUser=null`,
      `${owner}.podSecurityContext.runAsGroup=null`,
    ])
    const pods = specsOf(await helm.objects(chart, { set }))
    expect(pods).toHaveLength(4)
    for (const { securityContext } of pods) {
      expect(securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    }
  })

  it('places every pod by node selector and tolerations', async (context) => {
    const helm = await requireHelm(context)
    const place = { nodeSelector: { pool: 'apps' }, tolerations: [{ key: 'apps', operator: 'Exists' }] }
    const values = { counting: place, dashboard: place, observability: { jaeger: place, test: place } }
    const pods = specsOf(await helm.objects(chart, { values }))
    expect(pods).toHaveLength(4)
    for (const pod of pods) expect(pod).toMatchObject(place)
    const [, health] = specsOf(await helm.objects('service', { values: place }))
    expect(health).toMatchObject(place)
  })

  it('is scraped by a Prometheus operator at the sidecar’s port, which the network policy opens', async (context) => {
    const helm = await requireHelm(context)
    const values = { counting: { podMonitor: { enabled: true, interval: '30s', labels: { release: 'prometheus' } } } }
    const objects = await helm.objects(chart, { values })
    const [port, metrics] = chart === 'consul' ? [20200, '/metrics'] : [15020, '/stats/prometheus']
    const monitor = findObject(objects, 'PodMonitor', 'counting')
    expect(monitor.metadata.labels).toMatchObject({ release: 'prometheus' })
    const relabelings = [
      { sourceLabels: ['__address__'], regex: '(.+):\\d+', targetLabel: '__address__', replacement: `\${1}:${port}` },
    ]
    expect(monitor.spec).toEqual({
      selector: { matchLabels: { 'app.kubernetes.io/name': 'counting', 'app.kubernetes.io/instance': 'throughline' } },
      podMetricsEndpoints: [{ port: 'http', path: metrics, interval: '30s', relabelings }],
    })
    expect(JSON.stringify(findObject(objects, 'NetworkPolicy', 'counting').spec)).toContain(`"port":${port}`)
    expect(objects.filter(({ kind }) => kind === 'PodMonitor')).toHaveLength(1)
  })

  it('runs two of each: spread, one down at a time, and behind one Service', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects(chart, { set: ['counting.replicas=2', 'dashboard.replicas=2'] })
    for (const name of ['counting', 'dashboard']) {
      const { replicas, template } = findObject(objects, 'Deployment', name).spec as {
        replicas: number
        template: { metadata: { labels: object }; spec: PodSpec }
      }
      const selector = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': 'throughline' }
      expect(replicas).toBe(2)
      expect(template.metadata.labels).toMatchObject(selector)
      expect(template.spec['topologySpreadConstraints']).toMatchObject([{ topologyKey: 'kubernetes.io/hostname' }])
      expect(findObject(objects, 'PodDisruptionBudget', name).spec).toMatchObject({ maxUnavailable: 1 })
      expect(findObject(objects, 'Service', name).spec).toMatchObject({ selector })
    }
  })
})
