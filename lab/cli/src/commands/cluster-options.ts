import { type ClusterMesh, clusterMeshes } from '@throughline/lab-cluster'
import { parseFlags, usage } from './parse-flags.ts'

export interface ClusterOptions {
  mesh: ClusterMesh
  /** Context of the user's kubeconfig. */
  context: string | undefined
  /** Where the images are pushed to, for a cluster that isn't on this machine. */
  registry: string | undefined
  /** Whether images are built and loaded. */
  images: boolean
  values: string | undefined
  meshRepository: string | undefined
  meshVersion: string | undefined
  /** A folder with `<release>.yaml`. */
  meshValues: string | undefined
  /** Whether a port-forward to the page is kept open at the end. */
  page: boolean
  down: boolean
  dryRun: boolean
  help: boolean
}

/**
 * Reads the flags of `throughline cluster`.
 *
 * @throws LabError TL_USAGE with one line that names the flag and what it takes
 */
export function parseClusterOptions(args: string[]): ClusterOptions {
  const { values } = readFlags(args)
  const help = values.help ?? false
  const down = values.down ?? false
  const mesh = clusterMeshes.find((name) => name === values.mesh)
  if (mesh === undefined && !help && (!down || values.mesh !== undefined)) {
    throw usage(
      `--mesh must be one of ${clusterMeshes.join(', ')}${values.mesh === undefined ? '' : `, not "${values.mesh}"`}`,
    )
  }
  const registry = values.registry
  if (registry !== undefined && !/^[\w.-]+(:\d+)?(\/[\w.-]+)*$/.test(registry)) {
    throw usage(`--registry must be a host and perhaps a path, such as registry.example.com/team, not "${registry}"`)
  }
  if (registry !== undefined && values['no-images'] === true)
    throw usage('--registry and --no-images exclude each other')
  return {
    mesh: mesh ?? 'none',
    context: values.context,
    registry,
    images: values['no-images'] !== true,
    values: values.values,
    meshRepository: values['mesh-repo'],
    meshVersion: values['mesh-version'],
    meshValues: values['mesh-values'],
    page: values['no-page'] !== true,
    down,
    dryRun: values['dry-run'] ?? false,
    help,
  }
}

function readFlags(args: string[]) {
  return parseFlags(args, {
    mesh: { type: 'string' },
    context: { type: 'string' },
    registry: { type: 'string' },
    'no-images': { type: 'boolean' },
    values: { type: 'string' },
    'mesh-repo': { type: 'string' },
    'mesh-version': { type: 'string' },
    'mesh-values': { type: 'string' },
    'no-page': { type: 'boolean' },
    down: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  })
}

export const clusterHelp = `Installs a mesh and the application in a Kubernetes cluster, proves that it works with helm test, and opens the page.

  npm run cluster -- --mesh ${clusterMeshes.join('|')} [flags]
  npm run cluster -- --down [--context NAME]

  --context NAME      the cluster, by its context in your kubeconfig. Without it: a kind cluster of its own, where kind and
                      Docker are there; otherwise the current context, if that is kind, minikube or Docker Desktop
  --registry HOST     build both images, push them there, and let the cluster pull them: for a cluster elsewhere
  --no-images         build no images: the cluster has them, or can pull them
  --values FILE       values for the application's chart
  --mesh-repo URL     a mirror of the mesh's chart repository
  --mesh-version V    version of the mesh's charts, instead of the one that this repository is tested with
  --mesh-values DIR   more values for the mesh's releases, each in a file of its name, such as DIR/istiod.yaml
  --no-page           end after helm test, without a port-forward to the page
  --down              remove what this command created in the cluster, and nothing else; its kind cluster as a whole
  --dry-run           print the commands and run none
  --help              this text

The commands that were run are printed at the end, to be typed by hand; the guides on Kubernetes explain each of them.
Ctrl-C closes the page and leaves the cluster as it is. Exit codes: 0 done, 1 a step failed, 2 a wrong flag or context.
`
