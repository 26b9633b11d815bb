import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject, ObjectMeta } from './kube-object.ts'

/** One change of one object. */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: KubeObject
  /** The object before the change, for watches by label: it may have left their selection. */
  before?: KubeObject | undefined
  /** Version of the whole store after it. */
  version: number
}

export interface ObjectStore {
  /** Version of the last change; rises by one with each. */
  version: () => number
  get: (shelf: string, id: string) => KubeObject | undefined
  list: (shelf: string) => KubeObject[]
  /** Stores an object and returns it as stored. A write that changes nothing is dropped without an event. */
  put: (shelf: string, object: KubeObject) => KubeObject
  remove: (shelf: string, id: string) => KubeObject | undefined
  /** The events on a shelf after a version; undefined when some of them are no longer kept. */
  since: (shelf: string, version: number) => StoreEvent[] | undefined
  /** Calls the listener for every change of a shelf; returns the function that stops it. */
  subscribe: (shelf: string, listener: (event: StoreEvent) => void) => () => void
}

/** `<namespace>/<name>`, with an empty namespace for objects that have none. */
export function idOf({ namespace = '', name }: Pick<ObjectMeta, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`
}

/** Events kept for watches that reconnect. Memory is bounded; a client that missed more lists again. */
const KEPT_EVENTS = 4096

export function createObjectStore(): ObjectStore {
  const shelves = new Map<string, Map<string, KubeObject>>()
  const listeners = new Map<string, Set<(event: StoreEvent) => void>>()
  let log: (StoreEvent & { shelf: string })[] = []
  let forgotten = 0
  let version = 1

  const shelfOf = (name: string): Map<string, KubeObject> => {
    const shelf = shelves.get(name) ?? new Map<string, KubeObject>()
    shelves.set(name, shelf)
    return shelf
  }

  const publish = (shelf: string, event: StoreEvent): void => {
    log.push({ ...event, shelf })
    if (log.length > 2 * KEPT_EVENTS) {
      forgotten = log.at(-KEPT_EVENTS - 1)?.version ?? forgotten
      log = log.slice(-KEPT_EVENTS)
    }
    for (const listener of listeners.get(shelf) ?? []) listener(event)
  }

  return {
    version: () => version,
    get: (shelf, id) => shelves.get(shelf)?.get(id),
    list: (shelf) => [...(shelves.get(shelf)?.values() ?? [])],
    put(shelfName, submitted) {
      const shelf = shelfOf(shelfName)
      const id = idOf(submitted.metadata)
      const before = shelf.get(id)
      if (before !== undefined && isSame(before, submitted)) return before
      version += 1
      const object = stamp(submitted, { before, version })
      shelf.set(id, object)
      publish(shelfName, { type: before ? 'MODIFIED' : 'ADDED', object, version, before })
      return object
    },
    remove(shelfName, id) {
      const before = shelves.get(shelfName)?.get(id)
      if (before === undefined) return undefined
      version += 1
      shelfOf(shelfName).delete(id)
      const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } }
      publish(shelfName, { type: 'DELETED', object, version })
      return object
    },
    since: (shelf, from) =>
      from < forgotten ? undefined : log.filter((event) => event.shelf === shelf && event.version > from),
    subscribe(shelf, listener) {
      const all = listeners.get(shelf) ?? new Set()
      listeners.set(shelf, all.add(listener))
      return () => all.delete(listener)
    },
  }
}

/** Adds the metadata that only the API server writes. */
function stamp(
  submitted: KubeObject,
  { before, version }: { before: KubeObject | undefined; version: number },
): KubeObject {
  const generation = before?.metadata.generation ?? 0
  const object = structuredClone(submitted)
  object.metadata = {
    ...object.metadata,
    uid: before?.metadata.uid ?? randomUUID(),
    creationTimestamp: before?.metadata.creationTimestamp ?? new Date().toISOString().replace(/\.\d+/, ''),
    resourceVersion: String(version),
    // Controllers compare it with the `observedGeneration` of their own status, so status must not raise it.
    generation: before !== undefined && isDeepStrictEqual(specOf(before), specOf(object)) ? generation : generation + 1,
  }
  return object
}

/** Without this, two controllers that repeat the same write would wake each other endlessly. */
function isSame(before: KubeObject, submitted: KubeObject): boolean {
  return isDeepStrictEqual(written(before), written(submitted))
}

/** Metadata that only the API server writes. */
const stamped = new Set(['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'])

/** The part of an object that clients write. */
function written({ metadata, ...rest }: KubeObject): object {
  const clientFields = Object.entries(metadata).filter(([key]) => !stamped.has(key))
  return plain({ ...rest, metadata: Object.fromEntries(clientFields) })
}

/** Without `undefined`, which JSON doesn't have and a comparison would see. */
function plain(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object
}

/** The object without metadata and status. */
function specOf({ metadata: _metadata, status: _status, ...rest }: KubeObject): object {
  return plain(rest)
}
