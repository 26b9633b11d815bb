import { describe, expect, it } from 'vitest'
import { giveUp, requireHelm } from './support/helm.ts'
import { goldenCases } from './support/golden-cases.ts'
import { tools } from './support/tools.ts'
import { createValidator, type Validate } from './support/validate.ts'

const options = { replicas: 2, autoscaling: { enabled: true }, podMonitor: { enabled: true }, tests: { enabled: true } }
const everyOption = {
  counting: options,
  dashboard: options,
  global: { gateway: { enabled: true }, image: { registry: 'registry.example.com', pullSecrets: [{ name: 'x' }] } },
  observability: { grafanaDashboard: { create: true } },
}

const cases = [
  { chart: 'service', name: 'counting', files: ['service/ci/counting-values.yaml'] },
  { chart: 'service', name: 'dashboard', files: ['service/ci/dashboard-values.yaml'] },
  { chart: 'consul/install/mesh', name: 'by default', files: [] },
  ...goldenCases(),
  ...['consul', 'istio'].map((chart) => ({ chart, name: 'with every option', files: [], values: everyOption })),
]

const validators = new Map<string, Promise<Validate>>()

/** Compiling a release's schemas takes longer than checking with them. */
function getValidator(release: string): Promise<Validate> {
  const validator = validators.get(release) ?? createValidator(release)
  validators.set(release, validator)
  return validator
}

describe.each(tools.kubernetesSchemas.releases)('every object, for Kubernetes %s', (release) => {
  it.for(cases)('is of a known kind, with no unknown field: $chart $name', async (one, context) => {
    const helm = await requireHelm(context)
    const validate = await getValidator(release).catch((error: unknown) => giveUp(context, error))
    const objects = await helm.objects(one.chart, { ...one, kubeVersion: release })
    expect(objects.flatMap(validate)).toEqual([])
  })
})

describe('the check itself', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } }

  it('refuses an unknown field, a wrong type and an unknown kind', async (context) => {
    const validate = await createValidator('1.34.0').catch((error: unknown) => giveUp(context, error))
    const container = { name: 'x', image: 'x' }
    expect(validate({ ...pod, spec: { containers: [container] } })).toEqual([])
    expect(validate({ ...pod, spec: { containers: [{ ...container, imag: 'y' }] } }).join()).toContain('"imag"')
    expect(validate({ ...pod, spec: { containers: [{ ...container, image: 1 }] } }).join()).toContain('must be string')
    expect(validate({ ...pod, kind: 'Pood' })).toEqual(['v1/Pood: no schema is known for this kind'])
  })

  it.for([
    [
      'consul.hashicorp.com/v1alpha1',
      'ProxyDefaults',
      { config: { envoy_tracing_json: { http: {} } } },
      'must be string',
    ],
    ['consul.hashicorp.com/v1alpha1', 'ServiceDefaults', { protcol: 'http' }, 'protcol'],
    ['consul.hashicorp.com/v1alpha1', 'ServiceIntentions', intention({ action: 'refuse' }), 'allowed values'],
    ['consul.hashicorp.com/v1alpha1', 'ServiceIntentions', intention({ action: 'deny', permissions: [] }), 'oneOf'],
    ['security.istio.io/v1', 'AuthorizationPolicy', { rules: [{ from: [{ source: {} }] }] }, 'fewer than 1'],
    ['security.istio.io/v1', 'AuthorizationPolicy', { rules: [{ form: [] }] }, 'form'],
    ['security.istio.io/v1', 'PeerAuthentication', { mtls: { mode: 'STRICKT' } }, 'allowed values'],
    ['security.istio.io/v1beta1', 'PeerAuthentication', { mtls: { mode: 'STRICT' } }, 'constant'],
    ['telemetry.istio.io/v1', 'Telemetry', { tracing: [{ randomSamplingPercentage: 100 }] }, 'providers'],
    ['gateway.networking.k8s.io/v1', 'HTTPRoute', { parentRefs: [{ name: 'g' }], rules: [{}] }, 'backendRefs'],
  ] as const)(
    'refuses what the meshes would refuse or silently ignore: %s %s %j',
    async ([apiVersion, kind, spec, fault], context) => {
      const validate = await getValidator('1.34.0').catch((error: unknown) => giveUp(context, error))
      expect(validate({ apiVersion, kind, metadata: { name: 'x' }, spec }).join('\n')).toContain(fault)
    },
  )
})

function intention(source: object): object {
  return { destination: { name: 'counting' }, sources: [{ name: 'dashboard', ...source }] }
}
