import { describe, expect, it } from 'vitest'
import { type CallHeaders, mergeHeaders } from './merge-headers.ts'

const SET = [['baggage', 'a=1']] as const

/** Values that clients convert, leave out or refuse, each in its own way. */
const VALUES: Record<string, unknown> = {
  'a text': 'one',
  'a list': ['one', 'two'],
  'a number': 7,
  'a boolean': true,
  'a date': new Date(0),
  bytes: Buffer.from('one'),
  'a text object': Object('one'),
  'a URL': new URL('http://127.0.0.1/'),
  null: null,
  undefined: undefined,
}

describe('the headers of a call', () => {
  it.each(Object.keys(VALUES))('keep a value that the client has to judge: %s', (name) => {
    const value = VALUES[name]
    const headers = { 'x-own': value, constructor: 'own', Baggage: 'old=1' } as unknown as CallHeaders
    const merged = mergeHeaders(headers, SET) as Record<string, unknown>
    expect(Object.entries(merged)).toEqual([
      ['x-own', value],
      ['constructor', 'own'],
      ['baggage', 'a=1'],
    ])
    expect(merged['x-own']).toBe(value)
  })

  it('keep all values of a name that pairs repeat', () => {
    const pairs = function* (): Iterable<[string, string]> {
      yield ['x-own', 'one']
      yield ['Baggage', 'old=1']
      yield ['x-own', 'two']
    }
    expect(mergeHeaders(pairs(), SET)).toEqual({ 'x-own': ['one', 'two'], baggage: 'a=1' })
  })
})
