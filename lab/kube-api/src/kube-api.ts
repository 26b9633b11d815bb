import { randomUUID } from 'node:crypto'
import { type Admission, createAdmission } from './admission.ts'
import { createDefaults } from './defaults.ts'
import { badRequest, KubeError, notFound } from './kube-error.ts'
import type { Json, KubeObject } from './kube-object.ts'
import { createObjectStore, idOf, type ObjectStore } from './object-store.ts'
import { applyPatch } from './patch.ts'
import type { ResourceType } from './resource-type.ts'
import { createTypeRegistry, type TypeRegistry } from './type-registry.ts'

interface WriteOptions {
  /** Everything but the write itself. */
  dryRun?: boolean
  /** The part to write; anything but `status` is refused. */
  subresource?: string | undefined
}

interface ObjectKey {
  namespace?: string | undefined
  name: string
}

/** The operations of the API, without HTTP. Every object is returned in the requested version. */
export interface KubeApi {
  types: TypeRegistry
  store: ObjectStore
  /** @throws KubeError 404 */
  get: (type: ResourceType, place: ObjectKey) => KubeObject
  list: (type: ResourceType) => KubeObject[]
  /** Create, update and patch call the webhooks first. @throws KubeError as the Kubernetes API does */
  create: (type: ResourceType, object: KubeObject, options?: WriteOptions) => Promise<KubeObject>
  update: (type: ResourceType, object: KubeObject, options?: WriteOptions) => Promise<KubeObject>
  patch: (
    type: ResourceType,
    patch: ObjectKey & { body: Json; contentType: string },
    options?: WriteOptions,
  ) => Promise<{ object: KubeObject; created: boolean }>
  remove: (type: ResourceType, place: ObjectKey, options?: WriteOptions) => KubeObject
  /** Stores an object as it is, with its status, and calls no webhook: as if it had always existed. */
  restore: (object: KubeObject) => KubeObject
}

export function createKubeApi(): KubeApi {
  const types = createTypeRegistry()
  const store = createObjectStore()
  const admission: Admission = createAdmission(store)
  const defaults = createDefaults()

  const find = (type: ResourceType, { name, namespace = 'default' }: ObjectKey): KubeObject | undefined =>
    store.get(type.shelf, idOf(type.namespaced ? { name, namespace } : { name }))
  const need = (type: ResourceType, place: ObjectKey): KubeObject => {
    const object = find(type, place)
    if (object === undefined) throw notFound(`${type.plural} "${place.name}"`)
    return object
  }

  const put = (type: ResourceType, object: KubeObject): KubeObject => {
    const stored = store.put(type.shelf, { ...object, apiVersion: type.storedVersion })
    if (type.kind === 'CustomResourceDefinition') types.addDefinition(stored)
    return view(type, stored)
  }

  /** Checks, defaults, webhooks, store. */
  const write = async (
    type: ResourceType,
    submitted: KubeObject,
    { before, dryRun = false, subresource }: WriteOptions & { before?: KubeObject },
  ): Promise<KubeObject> => {
    const operation = before === undefined ? 'CREATE' : 'UPDATE'
    defaults.fill(submitted, before)
    if (subresource !== undefined) return dryRun ? submitted : put(type, submitted)
    const request = { type, operation, before, dryRun } as const
    const object = await admission.mutate({ ...request, object: submitted })
    defaults.fill(object, before)
    await admission.validate({ ...request, object })
    return dryRun ? view(type, object) : put(type, object)
  }

  const create: KubeApi['create'] = async (type, submitted, options = {}) => {
    const object = named(type, submitted)
    const { name, namespace } = object.metadata
    if (namespace !== undefined && store.get('/namespaces', idOf({ name: namespace })) === undefined) {
      throw notFound(`namespaces "${namespace}"`)
    }
    if (find(type, object.metadata))
      throw new KubeError(409, 'AlreadyExists', `${type.plural} "${name}" already exists`)
    return await write(type, object, options)
  }

  const replace = async (type: ResourceType, submitted: KubeObject, options: WriteOptions): Promise<KubeObject> => {
    const before = need(type, submitted.metadata)
    const { resourceVersion } = submitted.metadata
    if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) {
      throw new KubeError(409, 'Conflict', `${type.plural} "${submitted.metadata.name}" has been modified`)
    }
    const { subresource } = options
    if (subresource !== undefined && subresource !== 'status') throw notFound(`subresource ${subresource}`)
    // A status has its own path, so that a writer of the spec can't undo a status and vice versa.
    const object = named(type, subresource === 'status' ? { ...before, status: submitted.status } : submitted)
    if (subresource === undefined && before.status !== undefined) object.status = before.status
    return await write(type, object, { ...options, before })
  }

  return {
    types,
    store,
    get: (type, place) => view(type, need(type, place)),
    list: (type) => store.list(type.shelf).map((object) => view(type, object)),
    create,
    update: (type, object, options = {}) => replace(type, object, options),
    async patch(type, { body, contentType, ...place }, options = {}) {
      const before = find(type, place)
      if (before === undefined && contentType.startsWith('application/apply-patch')) {
        const object = body as unknown as KubeObject
        if (!object.metadata.name) throw badRequest(`${type.plural} "${place.name}" is new and needs a name`)
        return { object: await create(type, { ...object }, options), created: true }
      }
      const patched = applyPatch(need(type, place) as unknown as Json, body, contentType)
      return { object: await replace(type, patched as unknown as KubeObject, options), created: false }
    },
    remove(type, place, { dryRun = false } = {}) {
      const object = need(type, place)
      if (dryRun) return view(type, object)
      store.remove(type.shelf, idOf(object.metadata))
      if (type.kind === 'CustomResourceDefinition') types.removeDefinition(object)
      if (type.kind === 'Namespace') {
        for (const { shelf } of types.all().filter(({ namespaced }) => namespaced)) {
          for (const { metadata } of store.list(shelf)) {
            if (metadata.namespace === place.name) store.remove(shelf, idOf(metadata))
          }
        }
      }
      return view(type, object)
    },
    restore(submitted) {
      const type = types.byKind(submitted.kind, submitted.apiVersion)
      if (type === undefined) throw badRequest(`no kind ${submitted.kind} in ${submitted.apiVersion}`)
      const object = named(type, submitted)
      defaults.fill(object, find(type, object.metadata))
      return put(type, object)
    },
  }
}

function view(type: ResourceType, object: KubeObject): KubeObject {
  return { ...object, apiVersion: type.apiVersion }
}

/** A copy with kind, version, name and namespace. */
function named(type: ResourceType, submitted: KubeObject): KubeObject {
  if (submitted.kind !== undefined && submitted.kind !== type.kind) throw badRequest(`the object is not a ${type.kind}`)
  const metadata = structuredClone(submitted.metadata ?? {}) as Partial<KubeObject['metadata']> & {
    generateName?: string
  }
  const name = metadata.name ?? (metadata.generateName && `${metadata.generateName}${randomUUID().slice(0, 5)}`)
  if (!name) throw badRequest('metadata.name is required')
  if (type.namespaced) metadata.namespace ??= 'default'
  else delete metadata.namespace
  return {
    ...structuredClone(submitted),
    apiVersion: type.apiVersion,
    kind: type.kind,
    metadata: { ...metadata, name },
  }
}
