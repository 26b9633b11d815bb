import fs from 'node:fs/promises'
import path from 'node:path'
import { type KubeObject, isDeployment, type PodSpec, readObjects } from '@throughline/lab-kube-api'
import { projectVersion, temporaryFolder } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { CHARTS, giveUp, requireHelm } from './support/helm.ts'
import { createValidator } from './support/validate.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

/** The pods of a chart by name, those of tests included. */
function podsOf(objects: KubeObject[]): Record<string, PodSpec> {
  const pods = objects.flatMap((object) => {
    if (isDeployment(object)) return [[object.metadata.name, object.spec.template.spec] as const]
    return object.kind === 'Pod' ? [[object.metadata.name, object.spec as PodSpec] as const] : []
  })
  return Object.fromEntries(pods)
}

const imagesOf = (objects: KubeObject[]) =>
  Object.fromEntries(Object.entries(podsOf(objects)).map(([name, { containers }]) => [name, containers[0]?.image]))

/** Every label of an object and of the pods it makes. */
const labelsOf = (object: KubeObject): string[] => [
  ...Object.values(object.metadata.labels ?? {}),
  ...(isDeployment(object) ? Object.values(object.spec.template.metadata.labels ?? {}) : []),
]

const VALID_LABEL = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/

describe.each(['consul', 'istio'])('images of charts/%s', (chart) => {
  it('come from one registry with one secret, unless one names its own', async (context) => {
    const helm = await requireHelm(context)
    const values = {
      global: { image: { registry: 'registry.example.com:5000/mirror', pullSecrets: [{ name: 'registry' }] } },
      counting: { image: { repository: 'ghcr.io/shop/counting', pullSecrets: [{ name: 'ghcr' }] } },
    }
    const objects = await helm.objects(chart, { values })
    expect(imagesOf(objects)).toEqual({
      counting: `ghcr.io/shop/counting:${projectVersion}`,
      dashboard: `registry.example.com:5000/mirror/throughline/dashboard:${projectVersion}`,
      jaeger: 'registry.example.com:5000/mirror/jaegertracing/jaeger:2.13.0',
      'throughline-test': `registry.example.com:5000/mirror/throughline/dashboard:${projectVersion}`,
    })
    const secrets = Object.entries(podsOf(objects)).map(([name, pod]) => [name, pod['imagePullSecrets']])
    expect(Object.fromEntries(secrets)).toEqual({
      counting: [{ name: 'registry' }, { name: 'ghcr' }],
      dashboard: [{ name: 'registry' }],
      jaeger: [{ name: 'registry' }],
      'throughline-test': [{ name: 'registry' }],
    })
  })

  it('come from a registry by its IPv6 address', async (context) => {
    const values = { global: { image: { registry: '[2001:db8::1]:5000' } } }
    const objects = await (await requireHelm(context)).objects(chart, { values })
    expect(imagesOf(objects)).toMatchObject({ dashboard: `[2001:db8::1]:5000/throughline/dashboard:${projectVersion}` })
  })

  it('of the test is the dashboard’s by default, with its digest, policy and secrets', async (context) => {
    const helm = await requireHelm(context)
    const image = { repository: 'shop/page', digest, pullPolicy: 'Always', pullSecrets: [{ name: 'shop' }] }
    const pod = async (test: object) => {
      const values = { dashboard: { image }, observability: { test: { image: test } } }
      return podsOf(await helm.objects(chart, { values }))['throughline-test']
    }
    expect(await pod({})).toMatchObject({
      imagePullSecrets: [{ name: 'shop' }],
      containers: [{ image: `shop/page@${digest}`, imagePullPolicy: 'Always' }],
    })
    expect(await pod({ tag: '2' })).toMatchObject({ containers: [{ image: 'shop/page:2' }] })
    expect(await pod({ repository: 'shop/test' })).toMatchObject({
      containers: [{ image: `shop/test:${projectVersion}` }],
    })
  })

  it('may be named by digest, even inside a tag, which no label includes', async (context) => {
    const helm = await requireHelm(context)
    const tag = `1.2@${digest}`
    const alone = `@${digest}`
    const values = {
      counting: { image: { tag } },
      dashboard: { image: { digest } },
      observability: { jaeger: { image: { tag } }, test: { image: { repository: 'shop/test', tag: alone } } },
    }
    const objects = await helm.objects(chart, { values })
    expect(imagesOf(objects)).toMatchObject({
      counting: `throughline/counting:${tag}`,
      dashboard: `throughline/dashboard@${digest}`,
      jaeger: `jaegertracing/jaeger:${tag}`,
      'throughline-test': `shop/test@${digest}`,
    })
    expect(objects.flatMap(labelsOf).filter((label) => !VALID_LABEL.test(label))).toEqual([])
  })

  it('follow the chart’s version, and a build’s version is valid everywhere', async (context) => {
    const helm = await requireHelm(context)
    const validate = await createValidator('1.34.0').catch((error: unknown) => giveUp(context, error))
    await using folder = await temporaryFolder()
    const version = ['--version', '1.2.3+3f9a2bc', '--app-version', '0.2.0+3f9a2bc']
    await helm.run('package', path.join(CHARTS, chart), ...version, '--destination', folder.path)
    const [archive = ''] = await fs.readdir(folder.path)
    const { stdout } = await helm.run('template', 'throughline', path.join(folder.path, archive))
    const objects = readObjects(stdout)
    expect(imagesOf(objects)).toMatchObject({
      counting: 'throughline/counting:0.2.0_3f9a2bc',
      dashboard: 'throughline/dashboard:0.2.0_3f9a2bc',
      'throughline-test': 'throughline/dashboard:0.2.0_3f9a2bc',
    })
    expect(objects.flatMap(labelsOf).filter((label) => !VALID_LABEL.test(label))).toEqual([])
    expect(objects.flatMap(validate)).toEqual([])
  })
})

it.for(['service', 'consul/install/mesh'])(
  'labels and tags of charts/%s are valid for a build’s version of any length',
  async (chart, context) => {
    const helm = await requireHelm(context)
    await using folder = await temporaryFolder()
    const version = `1.2.3+${'a'.repeat(140)}`
    await helm.run(
      'package',
      path.join(CHARTS, chart),
      '--version',
      version,
      '--app-version',
      `feature/${version}`,
      '-d',
      folder.path,
    )
    const [archive = ''] = await fs.readdir(folder.path)
    const { stdout } = await helm.run('template', 'counting', path.join(folder.path, archive))
    const objects = readObjects(stdout)
    const labels = objects.flatMap(labelsOf)
    for (const image of Object.values(imagesOf(objects))) expect(image).toMatch(/^[a-z/]+:feature_1\.2\.3_a{114}$/)
    expect(labels.length).toBeGreaterThan(5)
    expect(labels.filter((label) => !VALID_LABEL.test(label))).toEqual([])
  },
)
