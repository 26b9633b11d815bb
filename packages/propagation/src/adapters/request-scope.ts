import type { EventEmitter } from 'node:events'
import http from 'node:http'

type Emit = (...args: unknown[]) => boolean

interface Emitter {
  emit: Emit
  listenerCount(event: unknown): number
  listeners(event: unknown): unknown[]
}

/** How a scope reads and sets the store of a request: `AsyncLocalStorage`, or a context manager over one. */
export interface ScopeStorage<Store> {
  active(): Store | undefined
  run(store: Store, emit: Emit, emitter: unknown, args: unknown[]): boolean
}

export interface RequestScope<Store> {
  /** Runs the listeners of an emitter with `store` from now on, whenever its events happen. */
  bind(emitter: EventEmitter, store: Store): void
  /** The store that an emitter is bound to. */
  storeOf(emitter: object): Store | undefined
  /**
   * Runs the listeners that serve requests (`request`, `checkContinue`, `checkExpectation`) with the store of
   * theirs.
   */
  bindServer(server: EventEmitter): void
}

/**
 * Makes listeners run with the store of their request. Node runs them with the store of the socket or of the emitting
 * call: none, or the previous request's on a kept-alive connection.
 *
 * What Node itself makes for a request finds its store through one `emit` on the prototype, so that a request costs two
 * properties. Any other emitter gets an `emit` of its own. No enumeration shows either.
 */
export function createRequestScope<Store>(storage: ScopeStorage<Store>): RequestScope<Store> {
  interface Bound extends Emitter {
    [STORE]: Store | undefined
  }
  interface BoundServer extends Emitter {
    [SERVER]: Emit
  }
  const STORE = Symbol('throughline.request')
  const SERVER = Symbol('throughline.server')
  const shared = new Set<Emit>()

  function emitWith(inherited: Emit, emitter: Bound, args: unknown[]): boolean {
    const store = emitter[STORE]
    // Most events have no listener, and most of the rest happen where the store is active already.
    if (store === undefined || !isHeard(emitter, args[0]) || storage.active() === store) {
      return Reflect.apply(inherited, emitter, args)
    }
    return storage.run(store, inherited, emitter, args)
  }

  function share(prototype: EventEmitter): void {
    const ownEmit = Object.getOwnPropertyDescriptor(prototype, 'emit')?.value as Emit | undefined
    const parent = Object.getPrototypeOf(prototype) as Emitter
    function emit(this: Bound, ...args: unknown[]): boolean {
      return emitWith(ownEmit ?? parent.emit, this, args)
    }
    shared.add(emit)
    Object.defineProperty(prototype, 'emit', hidden(emit))
  }

  function emitOfServer(this: BoundServer, ...args: unknown[]): boolean {
    const store = SERVING.has(args[0]) ? storeOf(args[1] as object) : undefined
    if (store === undefined) return Reflect.apply(this[SERVER], this, args)
    return storage.run(store, this[SERVER], this, args)
  }

  function storeOf(emitter: object): Store | undefined {
    return (emitter as Partial<Bound>)[STORE]
  }

  const ownOfServer = hidden(emitOfServer)

  return {
    storeOf,
    bind(emitter, store) {
      const bound = emitter as unknown as Bound
      const isBound = bound[STORE] !== undefined
      bound[STORE] = store
      if (isBound) return
      if (shared.size === 0) for (const prototype of PROTOTYPES) share(prototype)
      const inherited = bound.emit
      if (shared.has(inherited)) return
      Object.defineProperty(
        bound,
        'emit',
        hidden(function emit(this: Bound, ...args: unknown[]) {
          return emitWith(inherited, this, args)
        }),
      )
    },
    bindServer(server) {
      const bound = server as unknown as BoundServer
      if (bound[SERVER] !== undefined) return
      bound[SERVER] = bound.emit
      Object.defineProperty(bound, 'emit', ownOfServer)
    },
  }
}

/**
 * Whether the program listens. Node itself listens to the end of a request that is answered before its body was read
 * (`clearIncoming` in its http server), as most are, and needs no store for it.
 */
function isHeard(emitter: Emitter, event: unknown): boolean {
  const count = emitter.listenerCount(event)
  if (count !== 1 || event !== 'end') return count > 0
  return (emitter.listeners(event)[0] as Emit).name !== 'clearIncoming'
}

/** What Node makes for a request, and what a program's own classes for it extend. */
const PROTOTYPES = [http.IncomingMessage.prototype, http.ServerResponse.prototype]
const SERVING: ReadonlySet<unknown> = new Set(['request', 'checkContinue', 'checkExpectation'])

function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true, enumerable: false }
}
