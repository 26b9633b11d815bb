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

/** A foreign program in Go without packages for every machine: built where it is used, never shipped. */
export interface GoTool {
  /** The name in `npm run setup:<name>` and of its folder in the cache. */
  name: string
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

/** What `npm run setup:<name>` builds. */
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
} as const satisfies Record<string, GoTool>
