export { createPodNetwork, type PodNetwork } from './pod-network.ts'
export type { Pod } from './pod.ts'
export { requireNamespaces } from './require-namespaces.ts'
