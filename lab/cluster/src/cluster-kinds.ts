import type { ProgramName } from './command.ts'
import type { Step } from './step.ts'

/** The first three are on this machine. */
export type ClusterKind = 'kind' | 'minikube' | 'docker-desktop' | 'other'

/** How each kind of cluster on this machine gets an image that was built here; `other` gets it from a registry. */
export const loadImages: Record<ClusterKind, (images: readonly string[], name: string) => Step[]> = {
  kind: (images, name) => [load('kind', ['load', 'docker-image', ...images, '--name', name])],
  minikube: (images, name) => [load('minikube', ['image', 'load', ...images, '--profile', name])],
  // Its nodes share the images of the engine.
  'docker-desktop': () => [],
  other: (images) => images.map((image) => ({ does: `Pushing ${image}`, program: 'docker', args: ['push', image] })),
}

function load(program: ProgramName, args: string[]): Step {
  return { does: 'Loading both images into the cluster', program, args }
}
