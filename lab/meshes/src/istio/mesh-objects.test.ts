import fs from 'node:fs'
import { type KubeObject, readObjects } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { renderMeshFile } from '../mesh-files.ts'
import type { IstioState } from './istio-settings.ts'
import { renderIstiodValues, renderPolicies, renderService } from './mesh-objects.ts'

const chart = new URL('../../../../charts/istio/', import.meta.url)
const ports = { counting: 9001, dashboard: 9002 }
const state: IstioState = {
  rule: 'get-of-dashboard',
  mtls: 'strict',
  'client-tls': 'auto',
  sampling: '100',
  tracer: 'zipkin-w3c',
}

/** The chart rendered with an example's values; the charts' own tests compare it with Helm's output. */
function rendered(example: string): KubeObject[] {
  const folder = new URL(`examples/${example}/rendered/`, chart)
  return fs.readdirSync(folder).flatMap((file) => readObjects(fs.readFileSync(new URL(file, folder), 'utf8')))
}

/** The comparable part: a release adds its own labels. */
const meaning = ({ apiVersion, kind, metadata: { name, namespace }, spec }: KubeObject) => ({
  apiVersion,
  kind,
  name,
  namespace,
  spec,
})

const byId = (objects: KubeObject[]) =>
  Object.fromEntries(objects.map(meaning).map((object) => [`${object.kind} ${object.name}`, object]))

const groups = ['security.istio.io', 'networking.istio.io', 'telemetry.istio.io']
const ofIstio = (objects: KubeObject[]) =>
  objects.filter(({ apiVersion }) => groups.includes(apiVersion.split('/')[0] ?? ''))

describe('the sources of the lab and the chart', () => {
  it.each<[string, Partial<IstioState>]>([
    ['zipkin', {}],
    ['destination-rule', { 'client-tls': 'mutual' }],
    ['denied', { rule: 'deny-all' }],
  ])('are the same objects in the example %s', async (example, change) => {
    const sidecar = (await renderMeshFile('istio/sidecar.yaml')) as unknown as KubeObject
    const ours = byId([...(await renderPolicies({ ...state, ...change }, { ports })), sidecar])
    const theirs = byId(ofIstio(rendered(example)))
    expect(Object.keys(ours).length).toBeGreaterThan(5)
    // All examples but one export over gRPC, which the embedded trace store doesn't accept.
    if (example !== 'zipkin') for (const objects of [ours, theirs]) delete objects['Telemetry tracing']
    expect(ours).toEqual(theirs)
  })

  it('have the same permissive mode', async () => {
    const key = 'PeerAuthentication default'
    const ours = byId(await renderPolicies({ ...state, mtls: 'permissive' }, { ports }))
    expect(ours[key]).toEqual(byId(rendered('permissive'))[key])
  })

  it.each(['counting', 'dashboard'] as const)('have the same Service %s', async (name) => {
    const ours = byId(await renderService(name, { servicePort: ports[name] }))[`Service ${name}`]
    const theirs = byId(rendered('default'))[`Service ${name}`]
    const portsOf = (service: typeof ours) => (service?.spec as { ports: object[] } | undefined)?.ports ?? []
    expect(portsOf(ours)).toEqual(portsOf(theirs).map((port) => expect.objectContaining(port)))
  })

  it('have the same extension providers where both define them', async () => {
    const { meshConfig: theirs } = parse(fs.readFileSync(new URL('install/istiod.yaml', chart), 'utf8')) as Values
    const values = await renderIstiodValues({
      otlpUrl: 'http://127.0.0.1:4318/v1/traces',
      zipkinUrl: 'http://127.0.0.1:9411/api/v2/spans',
    })
    const { meshConfig: ours } = values as Values
    const names = theirs.extensionProviders.map(({ name }) => name)
    const shared = ours.extensionProviders.filter(({ name }) => names.includes(name))
    expect(names.length).toBe(3)
    expect({ ...ours, extensionProviders: shared }).toEqual({ ...theirs, extensionProviders: shared })
    expect(shared).toEqual(theirs.extensionProviders)
  })
})

interface Values {
  meshConfig: { extensionProviders: { name: string }[] }
}
