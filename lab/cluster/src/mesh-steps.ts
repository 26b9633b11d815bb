import { versions } from '@throughline/lab-programs'
import type { Step } from './step.ts'

export const clusterMeshes = ['istio', 'consul', 'none'] as const

export type ClusterMesh = (typeof clusterMeshes)[number]

/** A release of the mesh's own charts, or of a chart in this repository. */
export interface MeshRelease {
  /** What the user waits for. */
  does: string
  release: string
  namespace: string
  /** Name in the mesh's chart repository, or a folder of this one. */
  chart: string
  values?: string
  /** Whether Helm waits until it runs. */
  wait?: boolean
  /** Commands after it, before the next. */
  afterwards?: readonly Step[]
}

export interface MeshSteps {
  /** Where the mesh publishes its charts, and the version that is installed. */
  repository?: { url: string; version: string }
  /** Label of the control plane's Deployment: a mesh that someone else installed is recognised by it. */
  controlPlane?: string
  /** Where the settings are that the application needs of the mesh. */
  settings?: string
  releases: readonly MeshRelease[]
  /** Objects that the mesh makes at run time and leaves behind: arguments of `kubectl delete`, and the kind it needs. */
  leaves?: readonly { kind: string; args: readonly string[] }[]
  /** The releases of the application: name and chart, and values that differ from the chart's. */
  application: readonly { release: string; chart: string; set?: readonly string[] }[]
}

/** Everything that differs from mesh to mesh on the way from a cluster to the application. */
export const meshSteps: Record<ClusterMesh, MeshSteps> = {
  istio: {
    repository: { url: 'https://istio-release.storage.googleapis.com/charts', version: versions.istio.chart },
    controlPlane: 'app=istiod',
    settings: 'charts/istio/install/istiod.yaml',
    releases: [
      {
        does: 'Istio’s definitions',
        release: 'istio-base',
        namespace: 'istio-system',
        chart: 'base',
        values: 'charts/istio/install/base.yaml',
      },
      {
        does: 'Istio’s node agent',
        release: 'istio-cni',
        namespace: 'istio-system',
        chart: 'cni',
        values: 'charts/istio/install/cni.yaml',
        wait: true,
      },
      {
        does: 'Istio’s control plane',
        release: 'istiod',
        namespace: 'istio-system',
        chart: 'istiod',
        values: 'charts/istio/install/istiod.yaml',
        wait: true,
      },
    ],
    leaves: [
      { kind: 'configmaps', args: ['configmap', '--all-namespaces', '--selector', 'istio.io/config=true'] },
      {
        kind: 'gatewayclasses.gateway.networking.k8s.io',
        args: ['gatewayclass', 'istio', 'istio-remote', 'istio-waypoint'],
      },
    ],
    application: [{ release: 'throughline', chart: 'charts/istio' }],
  },
  consul: {
    repository: { url: 'https://helm.releases.hashicorp.com', version: versions.consul.chart },
    controlPlane: 'app=consul,component=connect-injector',
    settings: 'charts/consul/install/mesh',
    releases: [
      {
        does: 'Consul',
        release: 'consul',
        namespace: 'consul',
        chart: 'consul',
        values: 'charts/consul/install/laptop.yaml',
        wait: true,
      },
      {
        does: 'Consul’s settings of the whole mesh',
        release: 'mesh',
        namespace: 'consul',
        chart: 'charts/consul/install/mesh',
        // Sidecars that start before know no trace backend.
        afterwards: [
          {
            does: 'Waiting until Consul has accepted them',
            program: 'kubectl',
            args: 'wait --namespace consul --for=condition=Synced --timeout=60s proxydefaults/global mesh/mesh serviceintentions/default-deny'.split(
              ' ',
            ),
          },
        ],
      },
    ],
    application: [{ release: 'throughline', chart: 'charts/consul' }],
  },
  none: {
    releases: [],
    application: [
      { release: 'counting', chart: 'charts/service' },
      {
        release: 'dashboard',
        chart: 'charts/service',
        set: ['port=9002', 'upstreamUrl=http://counting:9001'],
      },
    ],
  },
}
