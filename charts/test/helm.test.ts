import { describe, expect, it } from 'vitest'
import { findHelm } from './support/find-helm.ts'
import { requireHelm } from './support/helm.ts'

describe('the Helm the charts are tested with', () => {
  it('is a real Helm 4, and a real Helm 3 beside it', async (context) => {
    const [helm, helm3] = [await requireHelm(context), await requireHelm(context, 3)]
    expect((await helm.run('version', '--short')).stdout).toMatch(/^v4\./)
    expect((await helm3.run('version', '--short')).stdout).toMatch(/^v3\./)
  })

  it('is refused with the name of the variable when HELM_BIN is no Helm', async () => {
    await expect(findHelm(4, { HELM_BIN: process.execPath })).rejects.toThrow(
      `HELM_BIN is ${process.execPath}, which is not a Helm 4`,
    )
  })
})
