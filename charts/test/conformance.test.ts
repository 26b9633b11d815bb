import { describe, expect, it } from 'vitest'
import { giveUp, requireHelm } from './support/helm.ts'
import { tools } from './support/tools.ts'
import { createValidator } from './support/validate.ts'

const cases = [
  { chart: 'service', files: ['service/ci/counting-values.yaml'] },
  { chart: 'service', files: ['service/ci/dashboard-values.yaml'] },
]

describe.each(tools.kubernetesSchemas.releases)('every object, for Kubernetes %s', (release) => {
  it.for(cases)('is of a known kind, with no unknown field: $files.0', async ({ chart, files }, context) => {
    const helm = await requireHelm(context)
    const validate = await createValidator(release).catch((error: unknown) => giveUp(context, error))
    const objects = await helm.objects(chart, { files, kubeVersion: release })
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
})
