import { versions } from '../versions.ts'

/** One program of a Go module. */
interface GoProgram {
  /** Its name in the cache and on PATH. */
  name: string
  /** The variable that holds the path of one. */
  variable: string
  /** Import path, or a path inside the module when it is built there. */
  package: string
  tags?: string
}

/** A third-party Go program without packages for every machine: built where it is used, never shipped. */
export interface GoTool {
  /** The name of its folder in the cache. */
  name: string
  /** The name in `npm run setup:<name>`, where that is another. */
  setup?: string
  version: string
  /**
   * Where its versions and checksums are: `lab/programs/go/<name>` of this repository, or the module itself where its
   * go.mod can't be built from outside.
   */
  from: { folder: string } | { module: string }
  /** The oldest Go that builds it. */
  go: string
  ldflags: string
  programs: readonly GoProgram[]
  /** Files and folders of a module that are needed at run time, kept beside the programs under `manifests/`. */
  files?: { module: string; paths: readonly string[] }
  /** Minutes that a build takes on two cores. */
  minutes: number
}

/** What the commands `npm run setup:<name>` build. */
export const goTools = {
  consul: {
    name: 'consul',
    version: versions.consul.version,
    from: { folder: 'lab/programs/go/consul' },
    go: '1.25.9',
    ldflags: '-s -w',
    programs: [{ name: 'consul', variable: 'CONSUL_BIN', package: 'github.com/hashicorp/consul' }],
    minutes: 9,
  },
  istio: {
    name: 'istio',
    version: versions.istio.version,
    from: { folder: 'lab/programs/go/istio' },
    go: '1.26.0',
    // Istio's release tags are not Go versions, so the linker writes the release into the binary.
    ldflags: [
      `-s -w -X istio.io/istio/pkg/version.buildVersion=${versions.istio.version}`,
      '-X istio.io/istio/pkg/version.buildHub=docker.io/istio -X istio.io/istio/pkg/version.buildStatus=Clean',
    ].join(' '),
    programs: [
      {
        name: 'pilot-discovery',
        variable: 'ISTIOD_BIN',
        package: 'istio.io/istio/pilot/cmd/pilot-discovery',
        tags: 'vtprotobuf,disable_pgv',
      },
      {
        name: 'pilot-agent',
        variable: 'PILOT_AGENT_BIN',
        package: 'istio.io/istio/pilot/cmd/pilot-agent',
        tags: 'agent,disable_pgv,grpcnotrace,retrynotrace',
      },
      {
        name: 'istioctl',
        variable: 'ISTIOCTL_BIN',
        package: 'istio.io/istio/istioctl/cmd/istioctl',
        tags: 'vtprotobuf,disable_pgv',
      },
    ],
    files: {
      module: 'istio.io/istio',
      paths: [
        'manifests/charts/base',
        'manifests/charts/istio-control/istio-discovery',
        'tests/integration/pilot/testdata/gateway-api-crd.yaml',
        'tools/packaging/common/envoy_bootstrap.json',
      ],
    },
    minutes: 11,
  },
  jaeger: {
    name: 'jaeger',
    version: versions.jaeger.version,
    from: { module: `github.com/jaegertracing/jaeger@v${versions.jaeger.module}` },
    go: '1.25.0',
    ldflags: '-s -w',
    programs: [{ name: 'jaeger', variable: 'JAEGER_BIN', package: './cmd/jaeger' }],
    minutes: 9,
  },
  registry: {
    name: 'registry',
    version: versions.registry.version,
    from: { folder: 'lab/programs/go/registry' },
    go: '1.26.0',
    ldflags: `-s -w -X oras.land/oras/internal/version.Version=${versions.registry.oras}`,
    programs: [
      // Its package calls it `registry`, as another program is called that takes other arguments.
      {
        name: 'oci-registry',
        variable: 'OCI_REGISTRY_BIN',
        package: 'github.com/google/go-containerregistry/cmd/registry',
      },
      { name: 'oras', variable: 'ORAS_BIN', package: 'oras.land/oras/cmd/oras' },
    ],
    minutes: 1,
  },
  kubernetes: {
    name: 'kubernetes',
    version: versions.kubernetes.version,
    from: { folder: 'lab/programs/go/kubernetes' },
    go: '1.26.0',
    ldflags: [
      '-s -w -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34',
      `-X k8s.io/component-base/version.gitVersion=v${versions.kubernetes.version}`,
      '-X k8s.io/component-base/version.gitTreeState=clean -X k8s.io/component-base/version.gitCommit=none',
      '-X k8s.io/component-base/version.buildDate=2026-01-01T00:00:00Z',
    ].join(' '),
    programs: [{ name: 'kubernetes', variable: 'KUBERNETES_BIN', package: '.' }],
    minutes: 12,
  },
  coredns: {
    name: 'coredns',
    setup: 'kubernetes',
    version: versions.kubernetes.coredns,
    from: { folder: 'lab/programs/go/coredns' },
    go: '1.26.0',
    ldflags: '-s -w',
    programs: [{ name: 'coredns', variable: 'COREDNS_BIN', package: '.' }],
    minutes: 2,
  },
  pause: {
    name: 'pause',
    setup: 'kubernetes',
    version: versions.kubernetes.pause,
    from: { folder: 'lab/programs/go/pause' },
    go: '1.26.0',
    ldflags: '-s -w',
    programs: [{ name: 'pause', variable: 'PAUSE_BIN', package: '.' }],
    minutes: 1,
  },
  istioCni: {
    name: 'istio-cni',
    setup: 'kubernetes',
    version: versions.istio.version,
    from: { folder: 'lab/programs/go/istio-cni' },
    go: '1.26.0',
    ldflags: `-s -w -X istio.io/istio/pkg/version.buildVersion=${versions.istio.version}`,
    programs: [
      { name: 'install-cni', variable: 'ISTIO_INSTALL_CNI_BIN', package: 'istio.io/istio/cni/cmd/install-cni' },
      { name: 'istio-cni', variable: 'ISTIO_CNI_BIN', package: 'istio.io/istio/cni/cmd/istio-cni' },
    ],
    files: { module: 'istio.io/istio', paths: ['manifests/charts/istio-cni'] },
    minutes: 2,
  },
} as const satisfies Record<string, GoTool>
