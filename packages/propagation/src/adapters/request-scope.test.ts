import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createRequestScope } from './request-scope.ts'

const storage = new AsyncLocalStorage<string>()
const scope = createRequestScope<string>({
  active: () => storage.getStore(),
  run: (store, emit, emitter, args) => storage.run(store, () => Reflect.apply(emit, emitter, args)),
})

/** What is active in the listeners of each event that `happen` makes happen. */
function seenBy(emitter: EventEmitter, happen: () => void): (string | undefined)[] {
  const seen: (string | undefined)[] = []
  emitter.on('data', () => seen.push(storage.getStore()))
  happen()
  return seen
}

describe('an emitter that is bound', () => {
  it('runs its listeners with its store wherever its events happen, and leaves that place as it was', () => {
    const emitter = new EventEmitter()
    scope.bind(emitter, 'own')
    const happen = (): void => {
      emitter.emit('data')
      storage.run('other', () => {
        emitter.emit('data')
        expect(storage.getStore()).toBe('other')
      })
    }
    expect(seenBy(emitter, happen)).toEqual(['own', 'own'])
    expect(storage.getStore()).toBeUndefined()
  })

  it('looks as it did before, and an error without a listener still throws', () => {
    const emitter = new EventEmitter()
    const names = Object.keys(emitter)
    scope.bind(emitter, 'own')
    expect(Object.keys(emitter)).toEqual(names)
    expect(emitter.emit('data')).toBe(false)
    expect(() => emitter.emit('error', new Error('on purpose'))).toThrow('on purpose')
  })

  it('can be bound again, and be the prototype of another', () => {
    const emitter = new EventEmitter()
    scope.bind(emitter, 'first')
    scope.bind(emitter, 'second')
    const derived = Object.create(emitter) as EventEmitter
    expect(seenBy(emitter, () => derived.emit('data'))).toEqual(['second'])
  })

  it('calls an emit that was replaced before, and lets it be replaced after', () => {
    const emitter = new EventEmitter()
    const calls: string[] = []
    const replace = (name: string): void => {
      const emit = emitter.emit.bind(emitter)
      emitter.emit = (...args) => {
        calls.push(name)
        return emit(...args)
      }
    }
    replace('before')
    scope.bind(emitter, 'own')
    replace('after')
    expect(seenBy(emitter, () => emitter.emit('data'))).toEqual(['own'])
    expect(calls).toEqual(['after', 'before'])
  })
})

describe('a server that is bound', () => {
  it('serves each request with the store of that request, and other events with none', () => {
    const server = new EventEmitter()
    scope.bindServer(server)
    scope.bindServer(server)
    const request = new EventEmitter()
    scope.bind(request, 'own')
    const seen: (string | undefined)[] = []
    for (const event of ['request', 'checkContinue', 'clientError']) {
      server.on(event, () => seen.push(storage.getStore()))
      server.emit(event, request)
    }
    server.emit('request', new EventEmitter())
    expect(seen).toEqual(['own', 'own', undefined, undefined])
  })
})
