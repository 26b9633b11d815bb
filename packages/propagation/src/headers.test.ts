import { describe, expect, it } from 'vitest'
import { forwardHeaders } from './forward.ts'
import { HEADER_CATALOGUE, IDENTITY_HEADERS, isPropagationHeader } from './headers.ts'
import { MeshPropagator } from './otel/mesh-propagator.ts'

describe('the header catalogue', () => {
  it('lists as written exactly what the propagator writes', () => {
    const written = HEADER_CATALOGUE.filter(({ rule }) => rule === 'write').map(({ name }) => name)
    expect(written.sort()).toEqual(new MeshPropagator().fields().sort())
  })

  it('holds no identity header, and none of those is read', () => {
    const names = new Set<string>(HEADER_CATALOGUE.map(({ name }) => name))
    expect(IDENTITY_HEADERS.filter((name) => names.has(name) || isPropagationHeader(name))).toEqual([])
  })

  it('has one entry for each header, in lower case', () => {
    const names = HEADER_CATALOGUE.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => name !== name.toLowerCase())).toEqual([])
  })

  it('names nothing as never read that goes on all the same', () => {
    const never = HEADER_CATALOGUE.filter(({ rule }) => rule === 'never').map(({ name }) => name.replace('*', 'x'))
    const incoming = Object.fromEntries([...never, ...IDENTITY_HEADERS].map((name) => [name, '1']))
    expect(forwardHeaders(incoming)).toEqual({})
  })
})
