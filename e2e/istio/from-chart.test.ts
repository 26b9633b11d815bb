import path from 'node:path'
import type { KubeObject, FakeKubeApi } from '@throughline/lab-kube-api'
import { findHelm } from '@throughline/lab-programs'
import { type IstioMesh, createHelm } from '@throughline/lab-meshes'
import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requireNamespaces } from '@throughline/lab-pods'
import { count } from '../support/count.ts'
import { expectTrace } from '../support/expect-trace.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'
import { untilState } from '../support/until-state.ts'

const chart = path.join(import.meta.dirname, '../../charts/istio')
const NAMESPACE = 'throughline'
const groups = ['security.istio.io', 'networking.istio.io', 'telemetry.istio.io']

describe('the policies of charts/istio, rendered by Helm, under a real istiod without a cluster', () => {
  let lab: MeshLab
  let kubeApi: FakeKubeApi
  /** The objects of Istio's kinds in force: first the lab's own, then those of an example. */
  let applied: KubeObject[] = []
  beforeEach(requireNamespaces)
  beforeAll(async () => {
    if (process.getuid?.() !== 0) return
    lab = await startLab({ mesh: 'istio', topology: 'namespaces', tracer: 'zipkin-w3c' })
    const found = (lab.mesh as IstioMesh).kubeApi()
    if (found === undefined) throw new Error('the mesh has no API')
    kubeApi = found
    // Not the Sidecar, which describes this machine's pods.
    const kinds = ['AuthorizationPolicy', 'PeerAuthentication', 'Telemetry', 'DestinationRule']
    applied = kinds.flatMap((kind) => kubeApi.list(kind)).filter((object) => object.metadata.namespace === NAMESPACE)
  })
  afterAll(() => lab?.stop())

  /** Does what `helm upgrade` would: applies an example's objects and removes those it no longer has. */
  async function upgrade(example: string): Promise<void> {
    const rendered = await createHelm(await findHelm()).objects(chart, {
      namespace: NAMESPACE,
      files: [path.join(chart, 'examples', example, 'values.yaml')],
      includeTests: false,
    })
    const wanted = rendered.filter(
      ({ apiVersion, kind }) => kind !== 'Sidecar' && groups.some((group) => apiVersion.startsWith(group)),
    )
    expect(wanted.length).toBeGreaterThan(4)
    await kubeApi.apply(wanted)
    const isWanted = (candidate: KubeObject) =>
      wanted.some((object) => object.kind === candidate.kind && object.metadata.name === candidate.metadata.name)
    for (const { apiVersion, kind, metadata } of applied.filter((object) => !isWanted(object))) {
      kubeApi.delete({ apiVersion, kind, namespace: NAMESPACE, name: metadata.name })
    }
    applied = wanted
  }

  /** Calls counting's pod from outside the mesh: the status, or how the call failed. */
  const probeBypass = async (): Promise<number | string> => {
    try {
      return (await fetch(`${lab.countingUrl}/`)).status
    } catch (error) {
      return (error as { cause: { code: string } }).cause.code
    }
  }

  it('give whole traces, admit the dashboard, and refuse plain text', async () => {
    await upgrade('zipkin')
    await untilState(lab, 'connected', { deadline: 10_000 })
    await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'inbound-sidecar', tracer: 'zipkin-w3c' })
    expect(await probeBypass()).toMatch(/ECONNRESET|UND_ERR_SOCKET/)
    expect((await lab.mesh.status()).sidecars).toMatchObject([{ state: 'ready' }, { state: 'ready' }])
  })

  it('deny with the example denied, and allow again without it', async () => {
    await upgrade('denied')
    await untilState(lab, 'denied', { deadline: 10_000 })
    expect(await count(lab)).toMatchObject({ status: 403, code: 'TL_UPSTREAM_DENIED' })
    await upgrade('destination-rule')
    await untilState(lab, 'connected', { deadline: 10_000 })
  })

  it('accept plain text with the example permissive, but require an identity by a rule', async () => {
    await upgrade('permissive')
    await pollUntil(async () => ((await probeBypass()) === 403 ? true : undefined), {
      deadline: 10_000,
      what: 'plain text to reach the rule',
    })
    await untilState(lab, 'connected', { deadline: 10_000 })
  })
})
