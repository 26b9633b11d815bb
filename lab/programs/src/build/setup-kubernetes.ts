import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { cacheFolder } from '../fetch/cache-folder.ts'
import { fillCache } from '../fetch/cache.ts'
import { unpackDebianPackages } from '../fetch/debian-packages.ts'
import { requireTrusted } from '../fetch/trusted.ts'
import { findGoTool } from '../find/find-go-tool.ts'
import { findHelm } from '../find/find-helm.ts'
import { findIstio, type FoundIstio } from '../find/find-istio.ts'
import { fetchKubectl, kubectlFolder, trustedKubectl } from '../find/find-kubectl.ts'
import { isExecutable } from '../find/executable.ts'
import { type BuildGoToolOptions, buildGoTool } from './build-go-tool.ts'
import { goTools } from './go-tools.ts'

/** A node's programs that Debian has. runc asks for a newer C library in the next release, so it comes from this one. */
const packages = {
  own: ['runc'],
  next: { suite: 'trixie', names: ['containerd', 'etcd-server', 'containernetworking-plugins'] },
}

const PACKAGE_FILES = ['usr']

/** What the cluster of `e2e/cluster` is made of. */
export interface FoundKubernetes {
  /** One program that is each of Kubernetes' servers, by the name it is called by. */
  kubernetes: string
  coredns: string
  pause: string
  helm: string
  kubectl: string
  /** Root of the unpacked Debian packages: containerd, runc, etcd, the CNI plugins. */
  packages: string
  istioCni: { installCni: string; plugin: string; chart: string }
  istio: FoundIstio
}

function packagesFolder(env: NodeJS.ProcessEnv): string {
  const hash = createHash('sha256').update(JSON.stringify(packages)).digest('hex').slice(0, 12)
  return path.join(cacheFolder(env), 'kubernetes-node', hash)
}

/**
 * Builds and fetches everything that a cluster on this machine needs; quick when it is there.
 *
 * @throws LabError TL_USAGE on another system than Linux, and those of each part
 */
export async function setupKubernetes(options: BuildGoToolOptions = {}): Promise<void> {
  const { env = process.env, log = () => {}, signal } = options
  if (process.platform !== 'linux') throw new LabError('TL_USAGE', 'A Kubernetes node runs on Linux only.')
  await buildGoTool(goTools.istio, options)
  for (const tool of [goTools.kubernetes, goTools.coredns, goTools.pause, goTools.istioCni]) {
    await buildGoTool(tool, options)
  }
  const folder = packagesFolder(env)
  if (await isExecutable(path.join(folder, 'usr/bin/containerd'))) log(`containerd and etcd are in ${folder}`)
  else {
    log('Fetching containerd, runc, etcd and the CNI plugins (Debian packages) …')
    await fillCache(folder, (work) => unpackDebianPackages(packages, { folder: work, env, signal }))
    log(`containerd and etcd are now in ${folder}`)
  }
  await requireTrusted(folder, PACKAGE_FILES, env)
  log('Fetching Helm and kubectl …')
  await findHelm(4, env)
  await fetchKubectl(env)
  log('Helm and kubectl are there')
}

/**
 * Finds what `setupKubernetes` brings, and fetches nothing.
 *
 * @throws LabError TL_BINARY_MISSING that names the command
 */
export async function findKubernetes(env: NodeJS.ProcessEnv = process.env): Promise<FoundKubernetes> {
  const program = async (tool: keyof typeof goTools, name: string): Promise<string> =>
    (await findGoTool(goTools[tool], { env })).programs[name] ?? ''
  const folder = packagesFolder(env)
  const kubectl = path.join(kubectlFolder(env), 'kubectl')
  for (const file of [path.join(folder, 'usr/bin/containerd'), kubectl]) {
    if (await isExecutable(file)) continue
    throw new LabError('TL_BINARY_MISSING', `There is no ${path.basename(file)} in the cache: npm run setup:kubernetes`)
  }
  await requireTrusted(folder, PACKAGE_FILES, env)
  await trustedKubectl(env)
  const { manifests = '' } = await findGoTool(goTools.istioCni, { env })
  await requireTrusted(path.dirname(manifests), [path.basename(manifests)], env)
  return {
    kubernetes: await program('kubernetes', 'kubernetes'),
    coredns: await program('coredns', 'coredns'),
    pause: await program('pause', 'pause'),
    helm: await findHelm(4, env),
    kubectl,
    packages: await fs.realpath(folder),
    istioCni: {
      installCni: await program('istioCni', 'install-cni'),
      plugin: await program('istioCni', 'istio-cni'),
      chart: path.join(manifests, 'manifests/charts/istio-cni'),
    },
    istio: await findIstio(env),
  }
}
