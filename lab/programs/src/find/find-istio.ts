import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { findGoTool } from './find-go-tool.ts'
import { goTools } from '../build/go-tools.ts'
import { requireTrusted } from '../fetch/trusted.ts'

export interface FoundIstio {
  /** Paths of the programs: istiod, the sidecar's agent, the command line. */
  pilotDiscovery: string
  pilotAgent: string
  istioctl: string
  /** Paths of the files that Istio ships beside them. */
  files: {
    /** Helm chart of the custom resource definitions. */
    baseChart: string
    /** Helm chart of istiod. */
    istiodChart: string
    gatewayApiDefinitions: string
    /** Template of the bootstrap that the agent writes for Envoy. */
    envoyBootstrap: string
  }
}

/**
 * Finds Istio: each program by `ISTIOD_BIN`, `PILOT_AGENT_BIN` or `ISTIOCTL_BIN`, then on PATH, then in the cache; its
 * files in the folder `ISTIO_MANIFESTS` (a copy of Istio's sources works), then in the cache.
 *
 * @throws LabError TL_BINARY_INVALID, TL_BINARY_MISSING with every way to get them, TL_CACHE_UNTRUSTED
 */
export async function findIstio(env: NodeJS.ProcessEnv = process.env): Promise<FoundIstio> {
  const tool = goTools.istio
  const { programs, manifests = '' } = await findGoTool(tool, { env })
  const folder = env['ISTIO_MANIFESTS'] || manifests
  const [baseChart, istiodChart, gatewayApiDefinitions, envoyBootstrap] = tool.files.paths.map((file) =>
    path.join(folder, file),
  ) as [string, string, string, string]
  for (const file of [baseChart, istiodChart, gatewayApiDefinitions, envoyBootstrap]) await requireFile(file)
  if (folder === manifests) await requireTrusted(path.dirname(manifests), [path.basename(manifests)], env)
  const { 'pilot-discovery': pilotDiscovery = '', 'pilot-agent': pilotAgent = '', istioctl = '' } = programs
  return {
    pilotDiscovery,
    pilotAgent,
    istioctl,
    files: { baseChart, istiodChart, gatewayApiDefinitions, envoyBootstrap },
  }
}

async function requireFile(file: string): Promise<void> {
  const found = await fs.stat(file).catch(() => undefined)
  if (found !== undefined) return
  throw new LabError(
    'TL_BINARY_MISSING',
    [
      `Istio's own charts are incomplete: ${file} is missing. Any one of these will do:`,
      '  - npm run setup:istio',
      '  - set ISTIO_MANIFESTS to a folder with the sources of istio.io/istio',
    ].join('\n'),
  )
}
