import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { createHelm } from '@throughline/lab-meshes'
import { findHelm, type OciRegistry, startOciRegistry } from '@throughline/lab-programs'
import { pollUntil, projectVersion as version, temporaryFolder } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const REHEARSE = path.join(import.meta.dirname, '../../scripts/release/rehearse.mjs')
const images = ['counting', 'dashboard'] as const
/** Nothing on this machine can run what this image is for: it shows that the build only copies. */
const OTHER_PLATFORM = 'throughline-test/other-platform'

let registry: OciRegistry
let folder: Awaited<ReturnType<typeof temporaryFolder>>
/** What the release has made: a folder for each kind. */
let release: string
let digests: Record<string, string>

beforeAll(async () => {
  registry = await startOciRegistry()
  folder = await temporaryFolder()
  const empty = path.join(folder.path, 'empty')
  await fs.mkdir(empty)
  await fs.writeFile(path.join(empty, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n')
  await run('docker', ['build', '--quiet', '--platform=linux/arm64', '--tag', OTHER_PLATFORM, empty])
  release = path.join(folder.path, 'release')
  const { stdout } = await run(process.execPath, [REHEARSE, release, registry.host, OTHER_PLATFORM])
  digests = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, string>
}, 600_000)
afterAll(async () => {
  await run('docker', ['rmi', OTHER_PLATFORM]).catch(() => {})
  await folder?.[Symbol.asyncDispose]()
  await registry?.close()
})

interface PackageManifest {
  name: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}
interface Sbom {
  spdxVersion: string
  packages: { name: string }[]
}
interface Manifest {
  config: { digest: string }
  layers: { digest: string; mediaType: string }[]
  manifests: { digest: string; artifactType?: string; platform: { os: string; architecture: string } }[]
}
interface Config {
  architecture: string
  config: { Labels: Record<string, string> }
}
async function get<T>(name: string, kind: 'manifests' | 'blobs', at: string): Promise<T> {
  const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
  const answer = await fetch(`http://${registry.host}/v2/throughline/${name}/${kind}/${at}`, { headers: { accept } })
  if (!answer.ok) throw new Error(`${name} ${at}: ${answer.status}`)
  return (await answer.json()) as T
}

describe.each(images)('the released image %s', (name) => {
  it('is one image for both platforms, with the same files in both', async () => {
    const index = await get<Manifest>(name, 'manifests', version)
    expect(index.manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`)).toEqual([
      'linux/amd64',
      'linux/arm64',
    ])
    const [here, other] = await Promise.all(
      index.manifests.map(async ({ digest }) => {
        const manifest = await get<Manifest>(name, 'manifests', digest)
        const config = await get<Config>(name, 'blobs', manifest.config.digest)
        return { config, files: manifest.layers.at(-1)?.digest, layers: manifest.layers.length }
      }),
    )
    expect([here?.config.architecture, other?.config.architecture]).toEqual(['amd64', 'arm64'])
    // The stand-in has one layer of its own; all others are ours.
    expect(other?.files).toBe(here?.files)
    expect(other?.layers).toBeLessThanOrEqual(3)
    expect(here?.config.config.Labels).toMatchObject({
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.source': 'https://git.example.com/mesh/throughline',
    })
  })

  it('has a bill of materials attached that lists what it runs', async () => {
    // Where the referrers of a digest are, in a registry that has no API for them.
    const referrers = await get<Manifest>(name, 'manifests', (digests[name] ?? '').replace(':', '-'))
    expect(referrers.manifests.map(({ artifactType }) => artifactType)).toEqual(['application/spdx+json'])
    const { layers } = await get<Manifest>(name, 'manifests', referrers.manifests[0]?.digest ?? '')
    const sbom = await get<Sbom>(name, 'blobs', layers[0]?.digest ?? '')
    expect(sbom.spdxVersion).toBe('SPDX-2.3')
    const names = sbom.packages.map((one) => one.name)
    expect(names).toEqual(
      expect.arrayContaining([`@throughline/${name}`, '@throughline/propagation', 'express', 'pino']),
    )
    expect(names).not.toContain('vitest')
  })
})

describe.each([4, 3] as const)('a Helm %i without a checkout', (major) => {
  it.each(['throughline-consul', 'throughline-istio'])(
    'installs %s from the registry, its images by digest',
    async (chart) => {
      const { run: helm } = createHelm(await findHelm(major))
      const from = [`oci://${registry.host}/charts/${chart}`, '--version', version, '--plain-http']
      const { stdout, stderr } = await helm('template', 'throughline', ...from)
      const rendered = [...stdout.matchAll(/^ +image: "([^"]+)"$/gm)].map(([, image]) => image)
      const ours = images.map((name) => `${registry.host}/throughline/${name}@${digests[name]}`)
      expect([stderr.replaceAll(/^(Pulled|Digest): .*\n/gm, ''), new Set(rendered)]).toEqual([
        '',
        new Set([...ours, expect.stringMatching(/^jaegertracing\/jaeger:/)]),
      ])
      const mirrored = await helm(
        'template',
        'throughline',
        ...from,
        '--set',
        'global.image.registry=mirror.example.com/all',
      )
      expect(mirrored.stdout).toContain(`"mirror.example.com/all/throughline/counting@${digests['counting']}"`)
      expect((await helm('show', 'readme', ...from)).stdout).toMatch(/^\| `global\.image\.registry` /m)
    },
  )

  it('installs the settings of a mesh of Consul from the registry', async () => {
    const { run: helm } = createHelm(await findHelm(major))
    const { stdout } = await helm(
      'template',
      'mesh',
      `oci://${registry.host}/charts/mesh`,
      '--version',
      version,
      '--plain-http',
    )
    expect(stdout).toContain('kind: ProxyDefaults')
  })
})

it('an engine runs the image that the charts name', async () => {
  const image = `${registry.host}/throughline/counting@${digests['counting']}`
  const { stdout } = await run('docker', ['run', '--detach', '--rm', '--publish=127.0.0.1:0:9001', image])
  const container = stdout.trim()
  try {
    const address = (await run('docker', ['port', container, '9001'])).stdout.trim()
    const answer = async (): Promise<unknown> => (await fetch(`http://${address}/`).catch(() => undefined))?.json()
    expect(await pollUntil(answer, { deadline: 20_000, what: 'counting' })).toMatchObject({ count: 1 })
  } finally {
    await run('docker', ['kill', container])
    await run('docker', ['rmi', image]).catch(() => {})
  }
})

it('the folder of the release has a bill of materials of each package, and checksums to attest', async () => {
  const manifests = await Promise.all(
    (await fs.readdir(path.join(release, 'sbom'))).map(async (file) => {
      const name = file.replace('.spdx.json', '')
      const text = await fs.readFile(path.join(import.meta.dirname, '../../packages', name, 'package.json'), 'utf8')
      const { packages } = JSON.parse(await fs.readFile(path.join(release, 'sbom', file), 'utf8')) as Sbom
      return { ...(JSON.parse(text) as PackageManifest), listed: packages.map((one) => one.name) }
    }),
  )
  expect(manifests).toHaveLength(5)
  for (const { name, dependencies = {}, devDependencies = {}, listed } of manifests) {
    expect(listed).toEqual(expect.arrayContaining([name, ...Object.keys(dependencies)]))
    const develops = Object.keys(devDependencies).filter((one) => /^(@types\/|vitest|@throughline\/lab-)/.test(one))
    expect(listed.filter((one) => develops.includes(one))).toEqual([])
  }
  const { stdout } = await run('sh', ['-c', 'cd npm && sha256sum --check --ignore-missing ../SHA256SUMS'], {
    cwd: release,
  })
  expect(stdout.match(/\.tgz: OK$/gm)).toHaveLength(5)
  const sums = await fs.readFile(path.join(release, 'SHA256SUMS'), 'utf8')
  for (const name of images) {
    expect(sums).toContain(`${digests[name]?.replace('sha256:', '')}  ${registry.host}/throughline/${name}\n`)
  }
})
