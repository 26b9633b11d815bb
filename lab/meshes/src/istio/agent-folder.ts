import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '@throughline/lab-programs'
import { renderMeshFile } from '../mesh-files.ts'
import type { InjectedPod } from './injected-pod.ts'

export interface AgentFolderOptions {
  /** Its working directory. */
  folder: string
  pod: InjectedPod
  /** Token of the service account, for istiod. */
  token: string
  /** Root of istiod's certificate, PEM. */
  rootCertificate: string
  /** Path of Istio's bootstrap template. */
  bootstrap: string
  /** Whether the sidecar's own listeners, for health and metrics, bind to loopback only. */
  loopbackOnly: boolean
  /** Whether this Envoy can limit the paths of its admin interface. */
  limitAdmin: boolean
}

/** The folders in which agent and sidecar create their sockets and files. */
const writableFolders = [
  'var/run/secrets/workload-spiffe-uds',
  'var/run/secrets/workload-spiffe-credentials',
  'var/run/secrets/credential-uds',
  'var/lib/istio/data',
  'etc/istio/proxy',
]

/** Writes the volumes of an injected pod. The agent finds all of them relative to its working directory. */
export async function writeAgentFolder(options: AgentFolderOptions): Promise<void> {
  const { folder, pod, token, rootCertificate } = options
  for (const name of writableFolders) await fs.mkdir(path.join(folder, name), { recursive: true, mode: 0o700 })
  const template = await fs.readFile(options.bootstrap, 'utf8')
  const files = {
    'var/run/secrets/istio/root-cert.pem': rootCertificate,
    'var/run/secrets/tokens/istio-token': token,
    'etc/istio/pod/labels': pod.podInfo.labels,
    'etc/istio/pod/annotations': pod.podInfo.annotations,
    'var/lib/istio/envoy/envoy_bootstrap_tmpl.json': await editTemplate(template, options),
  }
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name)
    await fs.mkdir(path.dirname(file), { recursive: true })
    await fs.writeFile(file, text, { mode: 0o600 })
  }
}

/**
 * The agent's template of a bootstrap with our settings. The agent's own drain request to the admin interface is
 * refused: it waits as long as it would have, and then ends the sidecar.
 *
 * @throws LabError TL_MESH_CONFIG_INVALID when the template has another shape
 */
export async function editTemplate(
  template: string,
  { loopbackOnly, limitAdmin }: Pick<AgentFolderOptions, 'loopbackOnly' | 'limitAdmin'>,
): Promise<string> {
  const bound = loopbackOnly ? template.replaceAll('{{ .wildcard }}', '{{ .localhost }}') : template
  if (!limitAdmin) return bound
  const paths = JSON.stringify(await renderMeshFile('envoy/admin-paths.yaml'))
  const limited = bound.replace(/"admin": \{/, `"admin": {\n    "allow_paths": ${paths},`)
  if (limited === bound) throw new LabError('TL_MESH_CONFIG_INVALID', 'the bootstrap of Istio has no admin interface')
  return limited
}

/** Makes the agent's user the owner of the folder and everything below it. */
export async function chownFolder(folder: string, uid: number): Promise<void> {
  await fs.chown(folder, uid, uid)
  for (const entry of await fs.readdir(folder, { withFileTypes: true, recursive: true })) {
    await fs.chown(path.join(entry.parentPath, entry.name), uid, uid)
  }
}
