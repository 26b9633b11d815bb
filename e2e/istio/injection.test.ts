import path from 'node:path'
import { type Container, containerEnvironment, findObject } from '@throughline/lab-kube-api'
import { projectVersion } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { type ControlPlane, useControlPlane } from './support/control-plane.ts'
import { expectRestricted } from './support/expect-restricted.ts'
import { containerOf, type Pod, startPod } from './support/start-pod.ts'

const injected = path.join(import.meta.dirname, '../../charts/istio/examples/default/injected')

/** Installs the chart in its own namespace and starts its pods. */
async function install(
  { kubeApi, render }: ControlPlane,
  { namespace, values, labels = {} }: { namespace: string; values?: object; labels?: Record<string, string> },
): Promise<Record<string, Pod>> {
  await kubeApi.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }])
  const objects = await render('istio', { namespace, ...(values && { values }) })
  await kubeApi.apply(objects)
  const pods: Record<string, Pod> = {}
  for (const object of objects.filter(({ kind }) => kind === 'Deployment')) {
    pods[object.metadata.name] = await startPod(kubeApi, object)
  }
  return pods
}

const names = (containers: Container[] = []): string[] => containers.map(({ name }) => name)

/** Whether the pod has a sidecar, and of which kind. */
function sidecarOf(pod: Pod | undefined): 'native' | 'plain' | 'none' {
  if (pod === undefined || containerOf(pod, 'istio-proxy') === undefined) return 'none'
  return names(pod.spec.initContainers).includes('istio-proxy') ? 'native' : 'plain'
}

describe('a pod of the chart, admitted by istiod’s own webhook', () => {
  const controlPlane = useControlPlane()
  const services = [
    { name: 'counting', port: '9001' },
    { name: 'dashboard', port: '9002' },
  ]

  it.for(services)('$name equals its golden file (-u renews it)', async ({ name }, context) => {
    const pods = await install(await controlPlane(context), { namespace: 'throughline' })
    const { metadata, ...rest } = pods[name] as Pod
    const { uid, resourceVersion, creationTimestamp, generation, ...kept } = metadata
    expect([uid, resourceVersion, creationTimestamp, generation]).not.toContain(undefined)
    const text = stringify(
      { ...rest, metadata: kept },
      { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false },
    )
    await expect(text.replaceAll(projectVersion, 'VERSION')).toMatchFileSnapshot(path.join(injected, `${name}.yaml`))
  })

  it.for(services)('$name starts after its sidecar, which is a native one', async ({ name }, context) => {
    const pod = (await install(await controlPlane(context), { namespace: 'native' }))[name] as Pod
    expect(names(pod.spec.containers)).toEqual([name])
    expect(names(pod.spec.initContainers)).toEqual(['istio-validation', 'istio-proxy'])
    expect(containerOf(pod, 'istio-proxy')).toMatchObject({
      restartPolicy: 'Always',
      securityContext: { runAsUser: 1337 },
    })
  })

  it.for(services)('$name keeps its labels and annotations, and gains the mesh’s', async ({ name, port }, context) => {
    const pod = (await install(await controlPlane(context), { namespace: 'labels' }))[name] as Pod
    const { metadata } = pod
    expect(metadata.labels).toMatchObject({
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/part-of': 'throughline',
      'security.istio.io/tlsMode': 'istio',
      'service.istio.io/canonical-name': name,
      'service.istio.io/canonical-revision': projectVersion,
    })
    expect(metadata.annotations).toMatchObject({
      'kubectl.kubernetes.io/default-container': name,
      'traffic.sidecar.istio.io/excludeOutboundPorts': '4317,4318,9411,14268,16686',
      // The agent's port: it serves the app's metrics with its own.
      'prometheus.io/port': '15020',
      'prometheus.io/path': '/stats/prometheus',
    })
    expect(JSON.parse(metadata.annotations['sidecar.istio.io/status'] ?? '')).toMatchObject({ revision: 'default' })
    const { ISTIO_PROMETHEUS_ANNOTATIONS, ISTIO_META_APP_CONTAINERS } = containerEnvironment(
      containerOf(pod, 'istio-proxy') ?? {},
    )
    expect(JSON.parse(ISTIO_PROMETHEUS_ANNOTATIONS ?? '')).toEqual({ scrape: 'true', path: '/metrics', port })
    expect(ISTIO_META_APP_CONTAINERS).toBe(name)
  })

  it.for(services)('$name is probed through the sidecar’s agent, which probes the app', async ({ name }, context) => {
    const pod = (await install(await controlPlane(context), { namespace: 'probes' }))[name] as Pod
    const container = containerOf(pod, name) as Container
    const probers = containerEnvironment(containerOf(pod, 'istio-proxy') ?? {})['ISTIO_KUBE_APP_PROBERS'] ?? '{}'
    for (const [probe, short, health] of [
      ['livenessProbe', 'livez', '/health'],
      ['startupProbe', 'startupz', '/health'],
      ['readinessProbe', 'readyz', '/health/ready'],
    ] as const) {
      const target = `/app-health/${name}/${short}`
      expect(container[probe]).toMatchObject({ httpGet: { path: target, port: 15020 } })
      const port = container.ports?.[0]?.containerPort
      expect(JSON.parse(probers)).toMatchObject({ [target]: { httpGet: { path: health, port } } })
    }
  })

  it.for(services)(
    '$name still meets the restricted Pod Security Standard, sidecar included',
    async ({ name }, context) => {
      const pod = (await install(await controlPlane(context), { namespace: 'restricted' }))[name] as Pod
      expectRestricted(pod)
    },
  )

  it('reads its sidecar’s settings from a pod annotation', async (context) => {
    const values = { counting: { podAnnotations: { 'proxy.istio.io/config': 'tracing:\n  sampling: 10\n' } } }
    const { counting, dashboard } = await install(await controlPlane(context), { namespace: 'proxy-config', values })
    const settings = (pod: Pod | undefined) =>
      containerEnvironment(containerOf(pod as Pod, 'istio-proxy') ?? {})['PROXY_CONFIG']
    expect(JSON.parse(settings(counting) ?? '')).toEqual({ tracing: { sampling: 10 } })
    expect(JSON.parse(settings(dashboard) ?? '')).toEqual({})
  })

  it.for([
    { injection: 'podLabel', labels: {}, sidecar: 'native' },
    { injection: 'podLabel', labels: { 'istio-injection': 'disabled' }, sidecar: 'none' },
    { injection: 'namespaceLabel', labels: { 'istio-injection': 'enabled' }, sidecar: 'native' },
    { injection: 'namespaceLabel', labels: {}, sidecar: 'none' },
    { injection: 'revision', revision: 'default', labels: {}, sidecar: 'native' },
    { injection: 'revision', revision: 'canary', labels: {}, sidecar: 'none' },
    { injection: 'none', labels: { 'istio-injection': 'enabled' }, sidecar: 'none' },
  ])('requested by $injection $revision in a namespace with $labels: $sidecar', async (injectionCase, context) => {
    const { injection, revision = '', labels, sidecar } = injectionCase
    const namespace = `by-${injection}-${revision}-${Object.values(labels).join('')}`.toLowerCase().replace(/-+$/, '')
    const values = { global: { istio: { injection, revision } } }
    const pods = await install(await controlPlane(context), { namespace, values, labels })
    expect([sidecarOf(pods['counting']), sidecarOf(pods['dashboard'])]).toEqual([sidecar, sidecar])
    // The trace backend is not part of the mesh, whatever the namespace says.
    expect(sidecarOf(pods['jaeger'])).toBe('none')
  })

  it('gets none from the obsolete annotation', async (context) => {
    const { kubeApi, render } = await controlPlane(context)
    const objects = await render('istio', {
      namespace: 'annotated',
      values: { global: { istio: { injection: 'namespaceLabel' } } },
    })
    await kubeApi.apply(objects)
    const deployment = findObject(objects, 'Deployment', 'counting')
    const { template } = deployment.spec as { template: Pod }
    template.metadata.annotations['sidecar.istio.io/inject'] = 'true'
    expect(sidecarOf(await startPod(kubeApi, deployment))).toBe('none')
  })
})

describe('a pod of the chart where Istio’s CNI plugin and native sidecars are missing', () => {
  const controlPlane = useControlPlane({ values: { cni: { enabled: false } }, kubernetesVersion: '1.30.0' })

  it('redirects its traffic before it starts, except for the ports of trace backends', async (context) => {
    const { counting } = await install(await controlPlane(context), { namespace: 'throughline' })
    const init = containerOf(counting as Pod, 'istio-init')
    const args = init?.args ?? []
    const flag = (name: string) => args[args.indexOf(name) + 1]
    expect([flag('-o'), flag('-u'), flag('-b')]).toEqual(['4317,4318,9411,14268,16686', '1337', '*'])
    expect(init?.securityContext?.capabilities?.add).toEqual(['NET_ADMIN', 'NET_RAW'])
  })

  it('has a sidecar beside its app, started before it', async (context) => {
    const { counting } = await install(await controlPlane(context), { namespace: 'throughline' })
    expect(sidecarOf(counting)).toBe('plain')
    expect(names(counting?.spec.containers).toSorted()).toEqual(['counting', 'istio-proxy'])
  })
})
