import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api'
import { createRequestScope, type RequestScope } from '@throughline/propagation/request-scope'

/** OpenTelemetry's context in an `AsyncLocalStorage`, as the SDK's own manager keeps it. */
export class AsyncContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()
  readonly #scope: RequestScope<Context> = createRequestScope<Context>({
    active: () => this.#storage.getStore(),
    run: (context, emit, emitter, args) => this.#storage.run(context, apply, emit, emitter, args),
  })

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT
  }

  with<Args extends unknown[], Fn extends (...args: Args) => ReturnType<Fn>>(
    context: Context,
    fn: Fn,
    thisArg?: ThisParameterType<Fn>,
    ...args: Args
  ): ReturnType<Fn> {
    if (thisArg === undefined) return this.#storage.run(context, fn, ...args)
    return this.#storage.run(context, Reflect.apply, fn, thisArg, args) as ReturnType<Fn>
  }

  /** A function runs with the context whenever it is called; so do all listeners of an emitter. */
  bind<T>(context: Context, target: T): T {
    if (target instanceof EventEmitter) {
      this.#scope.bind(target, context)
      return target
    }
    if (typeof target !== 'function') return target
    const storage = this.#storage
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return storage.run(context, () => Reflect.apply(target, this, args) as unknown)
    }
    Object.defineProperty(bound, 'length', { configurable: true, value: target.length })
    return bound as T
  }

  enable(): this {
    return this
  }

  disable(): this {
    this.#storage.disable()
    return this
  }
}

const apply: (emit: (...args: unknown[]) => boolean, emitter: unknown, args: unknown[]) => boolean = Reflect.apply
