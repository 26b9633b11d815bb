import fs from 'node:fs'
import { type ClusterKind, loadImages } from './cluster-kinds.ts'
import { type ClusterMesh, type MeshRelease, meshSteps } from './mesh-steps.ts'
import type { Creation, Step } from './step.ts'

/** Namespace of the application. */
export const APPLICATION_NAMESPACE = 'throughline'

/** Name of the kind cluster that the command makes where the user names no other. */
export const OWN_CLUSTER = 'throughline'

const { version } = JSON.parse(fs.readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

export interface ClusterSettings {
  mesh: ClusterMesh
  /** What the cluster is, and its name as its own program knows it. */
  cluster: { kind: ClusterKind; name: string }
  /** Whether the cluster has to be made first. Default false. */
  createCluster?: boolean
  /** Where both images go for a cluster that isn't on this machine, such as `registry.example.com/team`. */
  registry?: string | undefined
  /** Whether images are built and loaded; without, the cluster has them. Default true. */
  images?: boolean
  /** Values for the application's chart. */
  values?: string | undefined
  /** A mirror of the mesh's chart repository. */
  meshRepository?: string | undefined
  /** Version of the mesh's charts. Default the one of `versions.ts`. */
  meshVersion?: string | undefined
  /** More values for a release of the mesh: the path of a file. */
  meshValues?: ((release: string) => string | undefined) | undefined
}

/**
 * The way from a cluster to the application and its test, command by command. `npm run cluster` runs this list, and the
 * guides show it.
 */
export function clusterSteps(settings: ClusterSettings): Step[] {
  const { mesh, cluster, createCluster = false, images = true } = settings
  const { releases, application } = meshSteps[mesh]
  return [
    ...(createCluster ? [createKindCluster(cluster.name)] : []),
    {
      does: 'A namespace for the application',
      program: 'kubectl',
      args: ['create', 'namespace', APPLICATION_NAMESPACE],
      creates: { kind: 'namespace', name: APPLICATION_NAMESPACE },
    },
    ...(images ? imageSteps(settings) : []),
    ...releases.flatMap((release) => {
      const install = installMesh(release, settings)
      return [install, ...(release.afterwards ?? []).map((step) => ({ ...step, follows: install.creates }))]
    }),
    ...[...new Set(application.map(({ chart }) => chart))].filter(hasSubcharts).map(buildSubcharts),
    ...application.map((release) => installApplication(release, settings)),
    ...application.map(({ release }) => testRelease(release)),
  ]
}

function createKindCluster(name: string): Step {
  return {
    does: 'A cluster',
    program: 'kind',
    args: ['create', 'cluster', '--name', name],
    creates: { kind: 'cluster', name },
  }
}

function imageSteps({ cluster, registry }: ClusterSettings): Step[] {
  const targets = ['counting', 'dashboard'].map((service) => ({
    service,
    image: `${registry === undefined ? '' : `${registry}/`}throughline/${service}:${version}`,
  }))
  const builds = targets.map(({ service, image }): Step => ({
    does: `Building the image of ${service}`,
    program: 'docker',
    args: ['build', '--target', service, '--tag', image, '.'],
  }))
  const names = targets.map(({ image }) => image)
  const load = registry === undefined ? loadImages[cluster.kind] : loadImages.other
  return [...builds, ...load(names, cluster.name)]
}

function installMesh(
  { does, release, namespace, chart, values, wait }: MeshRelease,
  settings: ClusterSettings,
): Step & { creates: Creation } {
  const repository = chart.startsWith('charts/') ? undefined : meshSteps[settings.mesh].repository
  return {
    does,
    program: 'helm',
    args: [
      'upgrade',
      release,
      chart,
      '--install',
      ...flag('--repo', repository && (settings.meshRepository ?? repository.url)),
      ...flag('--version', repository && (settings.meshVersion ?? repository.version)),
      '--namespace',
      namespace,
      '--create-namespace',
      ...flag('--values', values),
      ...flag('--values', settings.meshValues?.(release)),
      ...(wait === true ? ['--wait'] : []),
    ],
    creates: { kind: 'release', name: release, namespace, owner: 'mesh' },
  }
}

function hasSubcharts(chart: string): boolean {
  return chart !== 'charts/service'
}

function buildSubcharts(chart: string): Step {
  return { does: 'The subcharts', program: 'helm', args: ['dependency', 'update', chart] }
}

function installApplication(
  { release, chart, set = [] }: { release: string; chart: string; set?: readonly string[] },
  { registry, values }: ClusterSettings,
): Step {
  const repository = (service: string): string => `${registry}/throughline/${service}`
  const fromRegistry = hasSubcharts(chart)
    ? ['counting', 'dashboard'].map((service) => `${service}.image.repository=${repository(service)}`)
    : [`image.repository=${repository(release)}`]
  return {
    does: release === 'throughline' ? 'The application' : `The ${release}`,
    program: 'helm',
    args: [
      'upgrade',
      release,
      chart,
      '--install',
      '--namespace',
      APPLICATION_NAMESPACE,
      ...flag('--values', values),
      ...[...set, ...(registry === undefined ? [] : fromRegistry)].flatMap((value) => ['--set', value]),
      '--wait',
    ],
    creates: { kind: 'release', name: release, namespace: APPLICATION_NAMESPACE, owner: 'application' },
  }
}

/** A flag with its value; nothing without one. */
function flag(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value]
}

function testRelease(release: string): Step {
  return {
    does: release === 'throughline' ? 'The proof' : `The proof of ${release}`,
    program: 'helm',
    args: ['test', release, '--namespace', APPLICATION_NAMESPACE, '--logs'],
  }
}
