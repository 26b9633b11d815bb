import { parseApiVersion } from './resource-type.ts'
import type { TypeRegistry } from './type-registry.ts'

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']

/** The groups, versions and resources of the API, which clients read first. Undefined for any other path. */
export function answerDiscovery(
  pathname: string,
  { types, kubernetesVersion }: { types: TypeRegistry; kubernetesVersion: string },
): object | string | undefined {
  const [root, first, second, ...rest] = pathname.split('/').filter((part) => part !== '')
  if (rest.length > 0) return undefined
  if (second === undefined) {
    if (root === 'version' && first === undefined) return versionOf(kubernetesVersion)
    if (['healthz', 'livez', 'readyz'].includes(root ?? '')) return 'ok'
    if (root === 'api') return first === undefined ? { kind: 'APIVersions', versions: ['v1'] } : resources(types, first)
    if (root !== 'apis') return undefined
    if (first === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups(types) }
    const group = groups(types).find(({ name }) => name === first)
    return group && { kind: 'APIGroup', apiVersion: 'v1', ...group }
  }
  return root === 'apis' ? resources(types, `${first}/${second}`) : undefined
}

function versionOf(version: string): object {
  const [major, minor] = version.split('.')
  return { major, minor, gitVersion: `v${version}`, platform: `${process.platform}/${process.arch}` }
}

function groups(types: TypeRegistry): { name: string; versions: object[]; preferredVersion: object | undefined }[] {
  const apiVersions = [...new Set(types.all().map(({ apiVersion }) => apiVersion))].filter((version) =>
    version.includes('/'),
  )
  const names = [...new Set(apiVersions.map((apiVersion) => parseApiVersion(apiVersion).group))]
  return names.map((name) => {
    const versions = apiVersions
      .map((groupVersion) => ({ groupVersion, ...parseApiVersion(groupVersion) }))
      .filter(({ group }) => group === name)
      .map(({ groupVersion, version }) => ({ groupVersion, version }))
    return { name, versions, preferredVersion: versions[0] }
  })
}

function resources(types: TypeRegistry, apiVersion: string): object | undefined {
  const list = types.all().filter((type) => type.apiVersion === apiVersion)
  if (list.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersion,
    resources: list.map(({ plural, kind, namespaced, shortNames }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      shortNames,
      verbs,
    })),
  }
}
