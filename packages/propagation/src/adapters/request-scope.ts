import type { EventEmitter } from 'node:events'

type Emit = (...args: unknown[]) => boolean

interface Emitter {
  emit: Emit
  listenerCount(event: string | symbol): number
}

/** How a scope reads and sets what belongs to a request: `AsyncLocalStorage`, or a context manager over one. */
export interface ScopeStorage<Store> {
  active(): Store | undefined
  run(store: Store, emit: Emit, emitter: unknown, args: unknown[]): boolean
}

export interface RequestScope<Store> {
  /** Runs the listeners of an emitter with `store` from now on, whenever its events happen. */
  bind(emitter: EventEmitter, store: Store): void
  /** The store that an emitter is bound to. */
  storeOf(emitter: object): Store | undefined
  /** Runs the listeners that serve requests (`request`, `checkContinue`, `checkExpectation`) with the store of theirs. */
  bindServer(server: EventEmitter): void
}

/**
 * Makes listeners run with what belongs to their request. Node runs them with what belongs to the socket or to the call
 * that made the event happen: nothing, or the request before on a connection that is kept.
 *
 * An emitter gets an `emit` of its own, which no enumeration shows. There is one function for all of them and no closure
 * for a request.
 */
export function createRequestScope<Store>(storage: ScopeStorage<Store>): RequestScope<Store> {
  interface Bound extends Emitter {
    [BINDING]: { store: Store; readonly emit: Emit }
  }
  interface BoundServer extends Emitter {
    [SERVER]: Emit
  }
  const BINDING = Symbol('throughline.request')
  const SERVER = Symbol('throughline.server')

  function emit(this: Bound, ...args: unknown[]): boolean {
    const { store, emit: inherited } = this[BINDING]
    // Most events have no listener, and most of the rest happen where the store is active already.
    if (this.listenerCount(args[0] as string) === 0 || storage.active() === store) {
      return Reflect.apply(inherited, this, args)
    }
    return storage.run(store, inherited, this, args)
  }

  function emitOfServer(this: BoundServer, ...args: unknown[]): boolean {
    const store = SERVING.has(args[0]) ? storeOf(args[1] as object) : undefined
    if (store === undefined) return Reflect.apply(this[SERVER], this, args)
    return storage.run(store, this[SERVER], this, args)
  }

  function storeOf(emitter: object): Store | undefined {
    return (emitter as Partial<Bound>)[BINDING]?.store
  }

  const own = hidden(emit)
  const ownOfServer = hidden(emitOfServer)

  return {
    storeOf,
    bind(emitter, store) {
      const bound = emitter as unknown as Bound
      const binding = bound[BINDING]
      if (binding !== undefined) {
        binding.store = store
        return
      }
      bound[BINDING] = { store, emit: bound.emit }
      Object.defineProperty(bound, 'emit', own)
    },
    bindServer(server) {
      const bound = server as unknown as BoundServer
      if (bound[SERVER] !== undefined) return
      bound[SERVER] = bound.emit
      Object.defineProperty(bound, 'emit', ownOfServer)
    },
  }
}

const SERVING: ReadonlySet<unknown> = new Set(['request', 'checkContinue', 'checkExpectation'])

function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true, enumerable: false }
}
