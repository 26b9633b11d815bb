import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder, fillCache, findEnvoy, type FoundKubernetes, versions } from '@throughline/lab-programs'
import { projectVersion } from '@throughline/lab-testkit'
import { openEngine } from '../../engine/engine.ts'
import { root } from './run-in-root.ts'

const run = promisify(execFile)

/** Where Istio's charts look for Istio's images here: `global.hub`. */
export const ISTIO_HUB = 'localhost/istio'

export const pauseImage = `localhost/pause:${versions.kubernetes.pause}`

/** Milliseconds after which an archive that no run has used is removed. */
const UNUSED = 24 * 60 * 60 * 1000

interface Archive {
  name: string
  /** Changes with what is in it. */
  hash: string
  /** Builds its images, and names them. */
  build: (builder: Builder) => Promise<string[]>
}

interface Builder {
  docker: (...args: string[]) => Promise<void>
  /** Provides public images. */
  provide: (images: readonly string[]) => Promise<void>
  /** A folder for a build context. */
  work: string
}

/**
 * Every image of the cluster, as the paths of archives that `ctr images import` reads: the two services by the project's
 * Dockerfile, and Jaeger with Istio, which change less often. Cached by what goes into them; a container engine is needed,
 * or started, only when that has changed.
 */
export async function buildImages(found: FoundKubernetes): Promise<string[]> {
  const folder = path.join(cacheFolder(process.env), 'cluster-images')
  const archives: string[] = []
  for (const archive of [await istioArchive(found), await servicesArchive()]) {
    const own = path.join(folder, `${archive.name}-${archive.hash}`)
    const there = await fs.stat(own).catch(() => undefined)
    if (there === undefined) await fillCache(own, (work) => fill(work, archive))
    await fs.utimes(own, new Date(), new Date())
    archives.push(path.join(own, 'images.tar'))
  }
  await removeUnused(folder)
  return archives
}

async function removeUnused(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    const file = path.join(folder, name)
    const { mtimeMs } = await fs.stat(file)
    if (Date.now() - mtimeMs > UNUSED) await fs.rm(file, { recursive: true, force: true })
  }
}

async function fill(work: string, { build }: Archive): Promise<void> {
  const engine = await openEngine()
  try {
    const docker = async (...args: string[]): Promise<void> =>
      void (await run('docker', args, { cwd: root, env: engine.env, maxBuffer: 64 * 1024 * 1024 }))
    const context = path.join(work, 'context')
    await fs.mkdir(context)
    const images = await build({ docker, provide: engine.provide, work: context })
    await docker('save', '--output', path.join(work, 'images.tar'), ...images)
    await fs.rm(context, { recursive: true })
  } finally {
    await engine.close()
  }
}

async function servicesArchive(): Promise<Archive> {
  const dockerfile = await fs.readFile(path.join(root, 'Dockerfile'), 'utf8')
  const [upToServices = ''] = dockerfile.split(/^FROM .* AS built-setup$/m)
  const copied = [...upToServices.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
    sources.split(' '),
  )
  return {
    name: 'services',
    hash: await hashFiles([
      'Dockerfile',
      '.dockerignore',
      'package-lock.json',
      ...copied.filter((source) => source !== '.'),
    ]),
    async build({ docker, provide }) {
      await provide(['node:24-slim'])
      const images = ['counting', 'dashboard'].map((name) => [name, `throughline/${name}:${projectVersion}`] as const)
      for (const [target, tag] of images) await docker('build', '--quiet', '--target', target, '--tag', tag, '.')
      return images.map(([, tag]) => tag)
    },
  }
}

async function istioArchive({ istio, istioCni, pause }: FoundKubernetes): Promise<Archive> {
  const envoy = await findEnvoy({ version: versions.istio.envoy })
  const programs = [
    istio.pilotDiscovery,
    istio.pilotAgent,
    istio.files.envoyBootstrap,
    istioCni.installCni,
    istioCni.plugin,
    pause,
    envoy.path,
  ]
  const jaeger = `jaegertracing/jaeger:${versions.jaeger.version}`
  return {
    name: 'istio',
    // The programs' folders are named for what is in them.
    hash: await hashFiles(
      ['e2e/cluster/images', 'e2e/engine/images', 'e2e/engine/base-images.ts'],
      [...programs, jaeger],
    ),
    async build({ docker, provide, work }) {
      await provide(['node:24-slim', jaeger])
      for (const file of programs) await fs.copyFile(file, path.join(work, path.basename(file)))
      await fs.copyFile(path.join(import.meta.dirname, '../images/Dockerfile'), path.join(work, 'Dockerfile'))
      const images = [
        ['pause', pauseImage],
        ...['pilot', 'proxyv2', 'install-cni'].map(
          (name) => [name, `${ISTIO_HUB}/${name}:${versions.istio.version}`] as const,
        ),
      ] as const
      for (const [target, tag] of images) await docker('build', '--quiet', '--target', target, '--tag', tag, work)
      return [jaeger, ...images.map(([, tag]) => tag)]
    },
  }
}

/** What `.dockerignore` leaves out, as far as it is in the folders that are copied. */
const NOT_COPIED = /\.test\.ts$|\.test-support\.ts$|^(?!docs\/guides\/).*\.md$/

/** Of the contents of these files and folders of the repository, and of words. */
async function hashFiles(sources: readonly string[], words: readonly string[] = []): Promise<string> {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...sources], {
    cwd: root,
    encoding: 'utf8',
  })
  const hash = createHash('sha256').update(JSON.stringify(words))
  const copied = files
    .trim()
    .split('\n')
    .filter((file) => !NOT_COPIED.test(file))
  for (const file of copied) hash.update(`${file}\n`).update(await fs.readFile(path.join(root, file)))
  return hash.digest('hex').slice(0, 16)
}
