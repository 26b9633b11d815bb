import { builtinTypes, type ResourceType } from './resource-type.ts'
import type { KubeObject } from './kube-object.ts'

/** The kinds of the API: those of every cluster, and those that CustomResourceDefinitions add. */
export interface TypeRegistry {
  /** By the parts of a path, for example `security.istio.io/v1` and `authorizationpolicies`. */
  byPlural: (apiVersion: string, plural: string) => ResourceType | undefined
  /** By kind; without an `apiVersion` the first that has the kind. */
  byKind: (kind: string, apiVersion?: string) => ResourceType | undefined
  all: () => readonly ResourceType[]
  /** Adds every served version of a CustomResourceDefinition, or replaces it. */
  addDefinition: (definition: KubeObject) => void
  removeDefinition: (definition: KubeObject) => void
}

interface DefinitionSpec {
  group: string
  scope: 'Namespaced' | 'Cluster'
  names: { plural: string; kind: string; shortNames?: string[] }
  versions: { name: string; served: boolean; storage: boolean }[]
}

export function createTypeRegistry(): TypeRegistry {
  const types = new Map(builtinTypes.map((type) => [keyOf(type), type]))
  return {
    byPlural: (apiVersion, plural) => types.get(`${apiVersion}/${plural}`),
    byKind: (kind, apiVersion) =>
      [...types.values()].find(
        (type) => type.kind === kind && (apiVersion === undefined || type.apiVersion === apiVersion),
      ),
    all: () => [...types.values()],
    addDefinition: (definition) => {
      for (const type of typesOf(definition)) types.set(keyOf(type), type)
    },
    removeDefinition: (definition) => {
      for (const type of typesOf(definition)) types.delete(keyOf(type))
    },
  }
}

function keyOf({ apiVersion, plural }: ResourceType): string {
  return `${apiVersion}/${plural}`
}

/** The stored version comes first: it is the one that a kind without a version means. */
function typesOf(definition: KubeObject): ResourceType[] {
  const { group, scope, names, versions } = definition.spec as DefinitionSpec
  const stored = versions.find(({ storage }) => storage)?.name
  return versions
    .filter(({ served }) => served)
    .toSorted((a, b) => Number(b.storage) - Number(a.storage))
    .map(({ name }) => ({
      apiVersion: `${group}/${name}`,
      plural: names.plural,
      kind: names.kind,
      namespaced: scope === 'Namespaced',
      shortNames: names.shortNames ?? [],
      shelf: `${group}/${names.plural}`,
      storedVersion: `${group}/${stored}`,
    }))
}
