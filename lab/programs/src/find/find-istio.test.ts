import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder, writeScript } from '../temporary-folder.ts'
import { findIstio } from './find-istio.ts'
import { goToolFolder } from '../build/go-tool-folder.ts'
import { goTools } from '../build/go-tools.ts'

async function addFiles(folder: string): Promise<void> {
  for (const file of goTools.istio.files.paths) {
    await fs.mkdir(path.join(folder, path.dirname(file)), { recursive: true })
    await fs.writeFile(path.join(folder, file), '')
  }
}

describe('finding Istio', () => {
  it('finds programs and files in the cache', async () => {
    await using folder = await temporaryFolder()
    const env = { PATH: '', XDG_CACHE_HOME: folder.path }
    const cached = await goToolFolder(goTools.istio, env)
    for (const { name } of goTools.istio.programs) await writeScript(path.join(cached, name), '')
    await addFiles(path.join(cached, 'manifests'))
    expect(await findIstio(env)).toEqual({
      pilotDiscovery: path.join(cached, 'pilot-discovery'),
      pilotAgent: path.join(cached, 'pilot-agent'),
      istioctl: path.join(cached, 'istioctl'),
      files: {
        baseChart: path.join(cached, 'manifests/manifests/charts/base'),
        istiodChart: path.join(cached, 'manifests/manifests/charts/istio-control/istio-discovery'),
        gatewayApiDefinitions: path.join(cached, 'manifests/tests/integration/pilot/testdata/gateway-api-crd.yaml'),
        envoyBootstrap: path.join(cached, 'manifests/tools/packaging/common/envoy_bootstrap.json'),
      },
    })
  })

  it('reads its files from ISTIO_MANIFESTS, and names what is missing there', async () => {
    await using folder = await temporaryFolder()
    const bin = path.join(folder.path, 'bin')
    for (const { name } of goTools.istio.programs) await writeScript(path.join(bin, name), '')
    const sources = path.join(folder.path, 'sources')
    const env = { PATH: bin, XDG_CACHE_HOME: folder.path, ISTIO_MANIFESTS: sources }
    await expect(findIstio(env)).rejects.toMatchObject({
      code: 'TL_BINARY_MISSING',
      message: expect.stringMatching(/sources\/manifests\/charts\/base is missing[^]*setup:istio[^]*ISTIO_MANIFESTS/),
    })
    await addFiles(sources)
    const { pilotDiscovery, files } = await findIstio(env)
    expect([pilotDiscovery, files.baseChart]).toEqual([
      path.join(bin, 'pilot-discovery'),
      path.join(sources, 'manifests/charts/base'),
    ])
  })
})
