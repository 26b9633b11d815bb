import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder, fillCache, findEnvoy, type FoundKubernetes, versions } from '@throughline/lab-programs'
import { openEngine } from '../../engine/engine.ts'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '../../..')

/** Where Istio's charts look for Istio's images here: `global.hub`. */
export const ISTIO_HUB = 'localhost/istio'

export const pauseImage = `localhost/pause:${versions.kubernetes.pause}`

export interface Images {
  /** What `ctr images import` reads. */
  archive: string
}

/** The version of the two services' images. */
function projectVersion(manifest: string): string {
  return (JSON.parse(manifest) as { version: string }).version
}

/**
 * Builds every image of the cluster into one archive: the two services by the project's Dockerfile, Jaeger, Istio. Cached by
 * what goes into them; a container engine is needed, or started, only when that has changed.
 */
export async function buildImages(found: FoundKubernetes): Promise<Images> {
  const envoy = await findEnvoy({ version: versions.istio.envoy })
  const folder = path.join(cacheFolder(process.env), 'cluster-images', await contentHash([found.pause, envoy.path]))
  const archive = path.join(folder, 'images.tar')
  if (await fs.stat(archive).catch(() => undefined)) return { archive }
  await fillCache(folder, (work) => build(work, { found, envoy: envoy.path }))
  return { archive }
}

/** Of the sources that the Dockerfiles copy, and of the programs' folders, which are named for what is in them. */
async function contentHash(programs: string[]): Promise<string> {
  const sources = [
    'Dockerfile',
    'package-lock.json',
    'packages',
    'services',
    'lab/testkit',
    'lab/programs',
    'e2e/cluster/images',
  ]
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...sources], {
    cwd: root,
    encoding: 'utf8',
  })
  const hash = createHash('sha256').update(JSON.stringify([programs, versions.istio, versions.jaeger.version]))
  for (const file of files.trim().split('\n')) hash.update(`${file}\n`).update(await fs.readFile(path.join(root, file)))
  return hash.digest('hex').slice(0, 16)
}

async function build(work: string, { found, envoy }: { found: FoundKubernetes; envoy: string }): Promise<void> {
  const engine = await openEngine()
  try {
    const docker = async (...args: string[]): Promise<void> =>
      void (await run('docker', args, { cwd: root, env: engine.env, maxBuffer: 64 * 1024 * 1024 }))
    const jaeger = `jaegertracing/jaeger:${versions.jaeger.version}`
    await engine.provide(['node:24-slim', jaeger])
    const version = projectVersion(await fs.readFile(path.join(root, 'package.json'), 'utf8'))
    const services = ['counting', 'dashboard'].map((name) => [name, `throughline/${name}:${version}`] as const)
    for (const [target, tag] of services) await docker('build', '--quiet', '--target', target, '--tag', tag, '.')

    const context = path.join(work, 'context')
    await fs.mkdir(context)
    const { istio, istioCni, pause } = found
    const programs = [
      istio.pilotDiscovery,
      istio.pilotAgent,
      istio.files.envoyBootstrap,
      istioCni.installCni,
      istioCni.plugin,
      pause,
      envoy,
    ]
    for (const file of programs) await fs.copyFile(file, path.join(context, path.basename(file)))
    await fs.copyFile(path.join(import.meta.dirname, '../images/Dockerfile'), path.join(context, 'Dockerfile'))
    const own = [
      ['pause', pauseImage],
      ...['pilot', 'proxyv2', 'install-cni'].map(
        (name) => [name, `${ISTIO_HUB}/${name}:${versions.istio.version}`] as const,
      ),
    ] as const
    for (const [target, tag] of own) await docker('build', '--quiet', '--target', target, '--tag', tag, context)
    const tags = [...services, ...own].map(([, tag]) => tag)
    await docker('save', '--output', path.join(work, 'images.tar'), jaeger, ...tags)
    await fs.rm(context, { recursive: true })
  } finally {
    await engine.close()
  }
}
