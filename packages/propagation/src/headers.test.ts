import { describe, expect, it } from 'vitest'
import { forwardHeaders } from './forward.ts'
import { isCarriedHeader } from './formats/carried.ts'
import { HEADER_CATALOGUE, IDENTITY_HEADERS, isPropagationHeader } from './headers.ts'

describe('the header catalogue', () => {
  it('lists exactly the written headers as written', () => {
    const written = HEADER_CATALOGUE.filter(({ rule }) => rule === 'write').map(({ name }) => name)
    const incoming = {
      'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7',
      'x-b3-spanid': 'e457b5a2e4d86bd1',
      'x-b3-sampled': '1',
      baggage: 'a=1',
      'x-request-id': '9b2f1c04-7d3e-4a55-8f10-3c2a6b7d8e9f',
    }
    expect(Object.keys(forwardHeaders(incoming)).sort()).toEqual(written.sort())
  })

  it('lists exactly the carried headers as carried', () => {
    const carried = HEADER_CATALOGUE.filter(({ rule }) => rule === 'carry').map(({ name }) => name.replace('*', 'a'))
    const isCarried = (name: string) => name.startsWith('x-datadog-') || isCarriedHeader(name)
    expect(carried.filter((name) => !isCarried(name))).toEqual([])
    const others = HEADER_CATALOGUE.filter(({ rule }) => rule !== 'carry').map(({ name }) => name.replace('*', 'a'))
    expect(others.filter(isCarried)).toEqual([])
  })

  it('contains no identity header, and reads none', () => {
    const names = new Set<string>(HEADER_CATALOGUE.map(({ name }) => name))
    expect(IDENTITY_HEADERS.filter((name) => names.has(name) || isPropagationHeader(name))).toEqual([])
  })

  it('has one entry for each header, in lower case', () => {
    const names = HEADER_CATALOGUE.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => name !== name.toLowerCase())).toEqual([])
  })

  it('lists no forwarded header as never read', () => {
    const never = HEADER_CATALOGUE.filter(({ rule }) => rule === 'never').map(({ name }) => name.replace('*', 'x'))
    const incoming = Object.fromEntries([...never, ...IDENTITY_HEADERS].map((name) => [name, '1']))
    expect(forwardHeaders(incoming)).toEqual({})
  })
})
