import fs from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import type { KubeObject } from '@throughline/lab-kube-api'
import { pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { type ControlPlane, useControlPlane } from './support/control-plane.ts'
import { examples } from './support/examples.ts'
import { startGateway } from './support/start-gateway.ts'
import { startPod } from './support/start-pod.ts'

const controlPlane = useControlPlane()
const charts = path.join(import.meta.dirname, '../../charts')

async function write({ folder }: ControlPlane, name: string, objects: object[]): Promise<string> {
  const file = path.join(folder, name)
  await fs.writeFile(file, objects.map((object) => stringify(object, { version: '1.1' })).join('---\n'))
  return file
}

describe('istioctl validate', () => {
  it.for(examples)('finds nothing wrong in what charts/istio renders: $name', async ({ name, file }, context) => {
    const plane = await controlPlane(context)
    const rendered = await write(plane, `${name}.yaml`, await plane.render('istio', { namespace: name, files: [file] }))
    expect(await plane.istioctl('validate', '-f', rendered)).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: `"${rendered}" is valid\n`,
    })
  })

  it.for([
    ['AuthorizationPolicy', { rules: [{ from: [{ source: {} }] }] }, '`from.source` must not be empty'],
    ['AuthorizationPolicy', { rules: [{ form: [] }] }, 'unknown field "form"'],
    ['PeerAuthentication', { mtls: { mode: 'STRICKT' } }, 'STRICKT'],
  ] as const)('finds a planted fault: %s %j', async ([kind, spec, words], context) => {
    const plane = await controlPlane(context)
    const planted = { apiVersion: 'security.istio.io/v1', kind, metadata: { name: 'planted', namespace: 'x' }, spec }
    const { exitCode, stderr } = await plane.istioctl('validate', '-f', await write(plane, 'planted.yaml', [planted]))
    expect(exitCode).toBe(1)
    expect(stderr).toContain(words)
  })
})

describe('istioctl analyze', () => {
  /** Its messages about a namespace, such as `IST0127 AuthorizationPolicy x/y`. */
  const analyze = async (plane: ControlPlane, namespace: string, files: string[] = []): Promise<string[]> => {
    const { stdout } = await plane.istioctl('analyze', '-n', namespace, '-o', 'json', ...files)
    const messages = JSON.parse(stdout) as { code: string; level: string; origin: string }[]
    return messages.filter(({ level }) => level !== 'Info').map(({ code, origin }) => `${code} ${origin}`)
  }

  /** Installs an example and starts its pods. */
  const install = async (plane: ControlPlane, { name, file }: { name: string; file: string }): Promise<void> => {
    const { kubeApi, render } = plane
    const objects = await render('istio', { namespace: name, files: [file] })
    await kubeApi.apply(objects)
    for (const object of objects) if (object.kind === 'Deployment') await startPod(kubeApi, object)
    if (objects.some(({ kind }) => kind === 'Gateway')) await startGateway(plane, name)
  }

  it.for(examples)('finds nothing wrong in a namespace with the chart: $name', async (example, context) => {
    const plane = await controlPlane(context)
    const labels: Record<string, string> = example.name === 'namespace-label' ? { 'istio-injection': 'enabled' } : {}
    await plane.kubeApi.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: example.name, labels } }])
    await install(plane, example)
    // istiod updates the gateway's address asynchronously.
    const found = await pollUntil(
      async () => {
        const messages = await analyze(plane, example.name)
        return messages.some((message) => message.startsWith('IST0171 Gateway')) ? undefined : messages
      },
      { deadline: 15_000, what: 'the gateway to be programmed' },
    )
    expect(found).toEqual([])
  })

  it('finds that a namespace lacks the label that its pods need', async (context) => {
    const plane = await controlPlane(context)
    await install(plane, { name: 'unlabelled', file: 'istio/examples/namespace-label/values.yaml' })
    expect(await analyze(plane, 'unlabelled')).toContain('IST0127 AuthorizationPolicy unlabelled/deny-all')
  })

  const planted = (kind: string, apiVersion: string, spec: object): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name: 'planted', namespace: 'default' },
    spec,
  })

  it.for([
    {
      fault: 'a policy for missing pods',
      object: planted('AuthorizationPolicy', 'security.istio.io/v1', {
        selector: { matchLabels: { 'app.kubernetes.io/name': 'countng' } },
        rules: [{}],
      }),
      code: 'IST0127',
    },
    {
      fault: 'a rule for a missing host',
      object: planted('DestinationRule', 'networking.istio.io/v1', { host: 'countng.default.svc.cluster.local' }),
      code: 'IST0174',
    },
    {
      fault: 'a second Telemetry for the same pods',
      object: planted('Telemetry', 'telemetry.istio.io/v1', {
        selector: { matchLabels: { 'app.kubernetes.io/part-of': 'throughline' } },
        tracing: [{ randomSamplingPercentage: 1 }],
      }),
      code: 'IST0159',
    },
  ])('finds a planted fault, as $code: $fault', async ({ object, code }, context) => {
    const plane = await controlPlane(context)
    await install(plane, { name: 'default', file: 'istio/examples/default/values.yaml' })
    const file = await write(plane, 'planted.yaml', [object])
    expect(await analyze(plane, 'default', [file])).toContainEqual(
      expect.stringMatching(new RegExp(`^${code} ${object.kind} default/planted`)),
    )
  })
})

describe('the settings of a 2020 installation', () => {
  const operator = (spec: object) => ({ apiVersion: 'install.istio.io/v1alpha1', kind: 'IstioOperator', spec })

  it.for([
    ['values.tracing.enabled', { values: { tracing: { enabled: true } } }, 'unknown field "tracing"'],
    ['values.kiali.enabled', { values: { kiali: { enabled: true } } }, 'unknown field "kiali"'],
    ['addonComponents', { addonComponents: { kiali: { enabled: true } } }, 'unknown field "addonComponents"'],
  ] as const)('are refused as unknown today: %s', async ([, spec, words], context) => {
    const plane = await controlPlane(context)
    const file = await write(plane, 'install.yaml', [operator({ profile: 'default', ...spec })])
    const { exitCode, stderr } = await plane.istioctl('manifest', 'generate', '-f', file)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(words)
  })

  it('comes from charts/istio/install/istioctl.yaml and equals that of the charts', async (context) => {
    const plane = await controlPlane(context)
    const file = path.join(charts, 'istio/install/istioctl.yaml')
    const { exitCode, stdout } = await plane.istioctl('manifest', 'generate', '-f', file)
    expect(exitCode).toBe(0)
    const installed = plane.kubeApi.get({ kind: 'ConfigMap', name: 'istio', namespace: 'istio-system' })
    const { mesh } = (installed?.['data'] ?? {}) as { mesh?: string }
    expect(mesh).toContain('extensionProviders')
    expect(stdout).toContain(mesh?.trim().replaceAll(/^/gm, '    '))
  })
})
