import { type KubeObject, readObjects } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { inParallel } from './support/in-parallel.ts'
import { giveUp, type Helm, requireHelm } from './support/helm.ts'
import { podOf } from './support/kubernetes-object.ts'
import { schemaKeys } from './support/schema-keys.ts'
import { createValidator, type Validate } from './support/validate.ts'

const below = (alias: string, chart: string) => schemaKeys(chart).map((key) => `${alias}.${key}`)
const service = { autoscaling: { enabled: true }, podMonitor: { enabled: true }, tests: { enabled: true } }
const shown = { global: { gateway: { enabled: true } }, observability: { grafanaDashboard: { create: true } } }

/** Each chart with everything switched on, so that every key matters; a subchart's keys once, in one of both meshes. */
const charts = [
  { chart: 'service', values: service, keys: schemaKeys('service') },
  { chart: 'consul/install/mesh', values: { create: true }, keys: schemaKeys('consul/install/mesh') },
  {
    chart: 'consul',
    values: { ...shown, counting: service, meshDefaults: { create: true } },
    keys: [...schemaKeys('consul'), ...below('counting', 'service'), ...below('observability', 'observability')],
  },
  {
    chart: 'istio',
    values: { ...shown, dashboard: service, destinationRule: { create: true } },
    keys: [...schemaKeys('istio'), ...below('dashboard', 'service')],
  },
]

/** The objects that protect the two services; a null must not remove any of them. */
const closed: Record<string, string[]> = {
  service: ['NetworkPolicy/counting'],
  'consul/install/mesh': ['ServiceIntentions/default-deny'],
  consul: ['ServiceIntentions/counting', 'ServiceIntentions/dashboard', 'NetworkPolicy/counting'],
  istio: ['AuthorizationPolicy/deny-all', 'PeerAuthentication/default', 'NetworkPolicy/dashboard', 'Sidecar/default'],
}

/** A word about what is wrong with a key that is null; undefined when it is left out, or refused by name. */
async function faultOf(
  helm: Helm,
  validate: Validate,
  { chart, values, key }: { chart: string; values: object; key: string },
) {
  const options = { release: 'counting', values, set: [`${key}=null`] }
  const { exitCode, stdout, stderr } = await helm.template(chart, options)
  if (exitCode !== 0) return isByName(stderr, key) ? undefined : stderr.slice(0, 400)
  if (/<no value>|<nil>/.test(stdout)) return 'rendered as <no value> or <nil>'
  const objects = readObjects(stdout)
  return objects.flatMap(validate).join('; ') || openings(chart, objects) || undefined
}

/** A message of ours has the path; one of a schema has the subchart, and its own path with dots (Helm 3) or slashes. */
function isByName(message: string, key: string): boolean {
  if (/nil pointer|executing "|YAML parse|wrong type/.test(message)) return false
  const [alias = '', ...own] = key.split('.')
  const dotted = message.replaceAll('/', '.')
  return dotted.includes(key) || (dotted.includes(`${alias}:`) && dotted.includes(own.join('.')))
}

function openings(chart: string, objects: KubeObject[]): string | undefined {
  const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
  const missing = (closed[chart] ?? []).filter((name) => !names.includes(name))
  if (missing.length > 0) return `without ${missing.join(', ')}`
  const text = JSON.stringify(objects)
  if (/"from":\[\]|"from":\[\{\}\]|"PERMISSIVE"/.test(text)) return 'admits everyone'
  const label = chart === 'istio' && podOf(objects, 'dashboard').metadata.labels['sidecar.istio.io/inject']
  return chart === 'istio' && label !== 'true' ? 'a pod without its sidecar' : undefined
}

describe.each(charts)('every key of charts/$chart', ({ chart, values, keys }) => {
  it.for([4, 3] as const)(
    'is omitted or refused by name when it is null, with Helm %i',
    { timeout: 300_000 },
    async (major, context) => {
      const helm = await requireHelm(context, major)
      const validate = await createValidator('1.34.0').catch((error: unknown) => giveUp(context, error))
      const faults = await inParallel(keys, async (key) => {
        const fault = await faultOf(helm, validate, { chart, values, key })
        return fault === undefined ? [] : [`${key}: ${fault}`]
      })
      expect(faults.flat()).toEqual([])
      expect(keys.length).toBeGreaterThan(15)
    },
  )
})

describe('a null that would open the application', () => {
  const opening: [chart: string, key: string][] = [
    ['istio', 'mtls.mode'],
    ['istio', 'mtls.create'],
    ['istio', 'authorization.denyAll'],
    ['istio', 'telemetry.sampling'],
    ['istio', 'counting.podLabels'],
    ['istio', 'counting.podLabels.sidecar\\.istio\\.io/inject'],
    ['consul', 'intentions.create'],
    ['consul', 'counting.bindAddress'],
    ['consul', 'counting.podAnnotations.consul\\.hashicorp\\.com/transparent-proxy'],
    ['consul', 'counting.networkPolicy.enabled'],
    ['consul/install/mesh', 'defaultDeny.create'],
    ['service', 'networkPolicy'],
  ]

  it.for(opening)('is refused: charts/%s %s', async ([chart, key], context) => {
    const helm = await requireHelm(context)
    const named = key.replace(/\.(?:sidecar|consul)\\.*$/, '').replace(/^networkPolicy$/, 'networkPolicy.enabled')
    expect(await helm.refusal(chart, { set: [`${key}=null`] })).toContain(`${named}: `)
  })

  it('or an empty list of scrapers admits no one to the metrics', async (context) => {
    const helm = await requireHelm(context)
    const policyOf = async (chart: string, metricsFrom: unknown) => {
      const objects = await helm.objects(chart, { values: { counting: { networkPolicy: { metricsFrom } } } })
      const policy = objects.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'counting')
      return JSON.stringify(policy?.spec)
    }
    for (const noOne of [[], null]) {
      expect(await policyOf('istio', noOne)).not.toContain('15020')
      expect(await policyOf('consul', noOne)).not.toContain('20200')
    }
  })

  it('for every open port leaves a policy that admits no one', async (context) => {
    const helm = await requireHelm(context)
    const values = { networkPolicy: { ports: null, metricsFrom: [] } }
    const objects = await helm.objects('service', { release: 'counting', values })
    expect(objects.find(({ kind }) => kind === 'NetworkPolicy')?.spec).toMatchObject({ ingress: [] })
  })
})
