import { kindOf, type KubeObject, nameOf, namespaceOf, text } from '../cluster/kube-objects.ts'
import type { ObjectLists } from '../cluster/object-lists.ts'

/** Kinds of meshes that are read, by their name in the API. */
const KINDS: Record<string, string> = {
  destinationrules: 'DestinationRule',
  telemetries: 'Telemetry',
  authorizationpolicies: 'AuthorizationPolicy',
  peerauthentications: 'PeerAuthentication',
  proxydefaults: 'ProxyDefaults',
  servicedefaults: 'ServiceDefaults',
  serviceintentions: 'ServiceIntentions',
}

/** Objects of files, asked for as those of a cluster are. */
export function manifestLists(objects: readonly KubeObject[], unseen: string[]): ObjectLists {
  return {
    async read(resource, { group, namespaces, everywhere = false }) {
      const found = objects.filter(
        (object) =>
          kindOf(object) === KINDS[resource] &&
          text(object['apiVersion'])?.split('/')[0] === group &&
          (everywhere || namespaces.includes(namespaceOf(object))),
      )
      return await Promise.resolve(found.length === 0 ? undefined : found)
    },
    async get(_, { namespace, path }) {
      const name = path.split('/').at(-1)
      const found = objects.find(
        (object) => kindOf(object) === 'ConfigMap' && nameOf(object) === name && namespaceOf(object) === namespace,
      )
      return await Promise.resolve(found)
    },
    say: (what) => void unseen.push(what),
    report: () => {},
  }
}
