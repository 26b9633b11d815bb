import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { Stream } from 'node:stream'
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
  it('runs its listeners with its store, and restores the store of the emitting code', () => {
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

  it('looks unchanged, and an error without a listener still throws', () => {
    const emitter = new EventEmitter()
    const names = Object.keys(emitter)
    scope.bind(emitter, 'own')
    expect(Object.keys(emitter)).toEqual(names)
    expect(emitter.emit('data')).toBe(false)
    expect(() => emitter.emit('error', new Error('on purpose'))).toThrow('on purpose')
  })

  it('looks as it did before where Node made it, and one that is not bound has no store', () => {
    const request = new http.IncomingMessage(new net.Socket())
    const other = new http.IncomingMessage(new net.Socket())
    const own = Object.getOwnPropertyNames(request)
    scope.bind(request, 'own')
    expect(Object.getOwnPropertyNames(request)).toEqual(own)
    expect(seenBy(request, () => request.emit('data'))).toEqual(['own'])
    expect(seenBy(other, () => storage.run('other', () => other.emit('data')))).toEqual(['other'])
  })

  it('calls what replaced its emit, in its class or on every emitter, before and after', () => {
    const calls: string[] = []
    class Counted extends http.ServerResponse {
      override emit(...args: Parameters<http.ServerResponse['emit']>): boolean {
        calls.push('class')
        return super.emit(...args)
      }
    }
    const response = new Counted(new http.IncomingMessage(new net.Socket()))
    scope.bind(response, 'own')
    Stream.prototype.emit = function (...args) {
      calls.push('prototype')
      return EventEmitter.prototype.emit.apply(this, args)
    }
    expect(seenBy(response, () => response.emit('data'))).toEqual(['own'])
    Reflect.deleteProperty(Stream.prototype, 'emit')
    expect(calls.filter((call, index) => call !== calls[index - 1])).toEqual(['class', 'prototype'])
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
  it('serves each request with its store, and other events with none', () => {
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
