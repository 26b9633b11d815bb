import fs from 'node:fs/promises'
import path from 'node:path'
import {
  cacheFolder,
  extractFromWheel,
  fillCache,
  findPackageClients,
  LabError,
  messageOf,
  requireChecksum,
} from '@throughline/lab-programs'
import { tools } from './tools.ts'

/** The strict schemas of one Kubernetes release: every type under `$defs`, unknown fields refused. */
export interface KubernetesSchemas {
  $id: string
  $defs: Record<string, object>
}

/**
 * Reads the strict schemas of a Kubernetes release from the cache, which a Python package client fills.
 *
 * @throws LabError TL_BINARY_MISSING when no package client can fetch them
 */
export async function loadKubernetesSchemas(release: string, env = process.env): Promise<KubernetesSchemas> {
  const { requirement, sha256, releases } = tools.kubernetesSchemas
  const [name = '', version = ''] = requirement.split('==')
  const folder = path.join(cacheFolder(env), 'kubernetes-schemas', `${version}-${sha256.slice(0, 12)}`)
  const file = path.join(folder, `${release}.json`)
  const cached = await fs.readFile(file, 'utf8').catch(() => undefined)
  if (cached === undefined) await fillCache(folder, (work) => fetchSchemas(work, env))
  return JSON.parse(cached ?? (await fs.readFile(file, 'utf8'))) as KubernetesSchemas

  async function fetchSchemas(work: string, environment: NodeJS.ProcessEnv): Promise<void> {
    const failures: string[] = []
    for (const client of await findPackageClients({ env: environment })) {
      try {
        const wheel = await client.download(requirement, work)
        await requireChecksum(wheel, sha256)
        for (const one of releases) {
          const member = `kubernetes_validate/kubernetes-json-schema/v${one}-local-strict/_definitions.json`
          await extractFromWheel(wheel, { member, target: path.join(work, `${one}.json`) })
        }
        await fs.rm(wheel)
        return
      } catch (error) {
        if (error instanceof LabError) throw error
        failures.push(`${client.name}: ${messageOf(error)}`)
      }
    }
    throw new LabError(
      'TL_BINARY_MISSING',
      `The schemas of Kubernetes (${name} ${version}) are not here, and can't be fetched: ${failures.join('; ') || 'no pip or uv'}.\n` +
        '  - install Python with pip, or uv, and start again with a network',
    )
  }
}
