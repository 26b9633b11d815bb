import type http from 'node:http'
import { KubeError } from './kube-error.ts'
import type { ObjectStore, StoreEvent } from './object-store.ts'
import type { ObjectView } from './object-view.ts'

export interface WatchOptions {
  shelf: string
  view: ObjectView
  query: URLSearchParams
}

/** Bytes that may wait for a client that doesn't read; beyond that it is disconnected, and lists again. */
const MAX_WAITING = 32 * 1024 * 1024

/**
 * Answers with one JSON line for each change, until the client disconnects or `timeoutSeconds` have passed.
 *
 * With `sendInitialEvents=true` all existing objects come first, then a bookmark (Kubernetes streaming lists,
 * KEP-3157); without a `resourceVersion` they come first as well, but without the bookmark.
 */
export function serveWatch(response: http.ServerResponse, store: ObjectStore, options: WatchOptions): void {
  const { shelf, view, query } = options
  const send = (type: string, object: object): void => {
    response.write(`${JSON.stringify({ type, object })}\n`)
    if (response.writableLength > MAX_WAITING) response.destroy()
  }
  const sendChange = (event: StoreEvent): void => {
    const type = changeFor(event, view)
    if (type !== undefined) send(type, view.form(event.object))
  }

  response.writeHead(200, { 'content-type': 'application/json' })
  response.flushHeaders()
  const from = Number(query.get('resourceVersion') ?? 0)
  const wantsInitial = query.get('sendInitialEvents') === 'true'
  if (wantsInitial || from === 0) {
    for (const object of store.list(shelf).filter(view.matches)) send('ADDED', view.form(object))
  } else {
    const missed = store.since(shelf, from)
    if (missed === undefined) {
      send('ERROR', new KubeError(410, 'Expired', `too old resource version: ${from}`).toStatus())
      response.end()
      return
    }
    for (const event of missed) sendChange(event)
  }
  if (wantsInitial) {
    const annotations = { 'k8s.io/initial-events-end': 'true' }
    send('BOOKMARK', { ...view.typeMeta, metadata: { resourceVersion: String(store.version()), annotations } })
  }

  const unsubscribe = store.subscribe(shelf, sendChange)
  const timer = setTimeout(() => response.end(), 1000 * Number(query.get('timeoutSeconds') ?? 3600))
  response.on('close', () => {
    unsubscribe()
    clearTimeout(timer)
  })
}

/** A watch by label reports an object that leaves the selection as deleted, and one that enters it as added. */
function changeFor({ type, object, before }: StoreEvent, view: ObjectView): StoreEvent['type'] | undefined {
  const matches = view.matches(object)
  if (type !== 'MODIFIED' || before === undefined) return matches ? type : undefined
  const matched = view.matches(before)
  if (matches) return matched ? 'MODIFIED' : 'ADDED'
  return matched ? 'DELETED' : undefined
}
