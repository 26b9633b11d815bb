import { AsyncResource } from 'node:async_hooks'
import { createRequire } from 'node:module'

type Dispatch = (this: object, options: object, handler: object) => boolean
interface Dispatcher {
  dispatch: Dispatch
}

/** A call that waits in the queue of a dispatcher for a free connection. */
interface Waiting {
  readonly queuedBy: object
  readonly caller: AsyncResource
}

/** The contexts that calls were made in, by their handlers, which redirects and retries use again. */
const callers = new WeakMap<object, AsyncResource>()
/** Calls that wait, oldest first, by their options, which a queue keeps. */
const waiting = new WeakMap<object, Waiting[]>()
const knownCopies = new WeakSet<object>()
const replacedDispatchers = new WeakSet<object>()
/** Requests that were made, and calls that were queued, so far. */
const count = { made: 0, queued: 0 }

/**
 * Has undici make the requests of a call in the context of the call: it makes those of a full pool, redirects and retries
 * in the context of whatever freed the connection. To be told of each request that undici makes; the first one of a copy
 * of undici leads to its dispatchers, before any other call can be queued.
 */
export function keepCallersContext(request: object): void {
  count.made += 1
  const { constructor } = request
  if (knownCopies.has(constructor)) return
  knownCopies.add(constructor)
  for (const dispatcher of dispatchers()) keepContextIn(dispatcher)
}

function keepContextIn(dispatcher: Dispatcher): void {
  if (replacedDispatchers.has(dispatcher)) return
  replacedDispatchers.add(dispatcher)
  const inherited = dispatcher.dispatch
  const dispatch: Dispatch = function (options, handler) {
    const caller = callerOf(this, options, handler)
    if (caller !== undefined) return caller.runInAsyncScope(inherited, this, options, handler)
    remember(handler)
    const { made, queued } = count
    const result = Reflect.apply(inherited, this, [options, handler])
    if (count.made === made && count.queued === queued) enqueue(this, options, handler)
    return result
  }
  Object.defineProperty(dispatcher, 'dispatch', { value: dispatch, writable: true, configurable: true })
}

/** The context of a call that is dispatched again; undefined for a new one. */
function callerOf(dispatcher: object, options: object, handler: object): AsyncResource | undefined {
  const known = callers.get(handler)
  if (known !== undefined) return known
  const queue = waiting.get(options)
  return queue?.[0] === undefined || queue[0].queuedBy === dispatcher ? undefined : queue.shift()?.caller
}

function remember(handler: unknown): void {
  if (typeof handler !== 'object' || handler === null) return
  // Handlers of undici's own methods are made with the call.
  callers.set(handler, handler instanceof AsyncResource ? handler : new AsyncResource('throughline.call'))
}

function enqueue(queuedBy: object, options: unknown, handler: object): void {
  const caller = callers.get(handler)
  if (caller === undefined || typeof options !== 'object' || options === null) return
  count.queued += 1
  const queue = waiting.get(options)
  if (queue === undefined) waiting.set(options, [{ queuedBy, caller }])
  else queue.push({ queuedBy, caller })
}

/** What all dispatchers of a copy inherit from: of the copy that the global dispatcher is of, and of those in modules. */
function dispatchers(): Dispatcher[] {
  // From any file the same; a bundle of CommonJS doesn't know its own.
  const { cache } = createRequire(process.execPath)
  const bases = Object.entries(cache).flatMap(([file, module]) =>
    /[\\/]lib[\\/](dispatcher[\\/])?dispatcher-base\.js$/.test(file)
      ? [(module?.exports as { prototype?: unknown } | undefined)?.prototype]
      : [],
  )
  let global: unknown = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'))
  while (typeof global === 'object' && global !== null && !Object.hasOwn(global, 'dispatch')) {
    global = Object.getPrototypeOf(global)
  }
  return [...bases, global].filter(isDispatcher)
}

function isDispatcher(value: unknown): value is Dispatcher {
  return typeof (value as Partial<Dispatcher> | undefined)?.dispatch === 'function'
}
