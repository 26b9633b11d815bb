import { describe, expect, it } from 'vitest'
import {
  isTracestateKey,
  isTracestateValue,
  parseTracestate,
  tracestateMember,
  withoutTracestateMember,
  withTracestateMember,
} from './tracestate.ts'

const THIRTY_TWO = Array.from({ length: 32 }, (_, at) => `k${at}=v`).join(',')

describe('tracestate', () => {
  it('keeps its order and loses whitespace, empty members and repeated keys', () => {
    expect(parseTracestate(' b=2 \t, ,a=1,,b=3,')).toBe('b=2,a=1')
  })

  it('is undefined when it is empty', () => {
    expect([parseTracestate(undefined), parseTracestate(''), parseTracestate(' ,\t,')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('accepts 32 members, and rejects 33', () => {
    expect(parseTracestate(THIRTY_TWO)).toBe(THIRTY_TWO)
    expect(parseTracestate(`${THIRTY_TWO},one=more`)).toBeUndefined()
  })

  it.each([
    'A=1',
    '_a=1',
    '@a=1',
    'a b=1',
    'a.b=1',
    '=1',
    'a',
    'a=',
    'a=1=2',
    'a=\u00e9',
    'a=\u0000',
    `${'k'.repeat(257)}=1`,
    `a=${'v'.repeat(257)}`,
  ])('is dropped as a whole for the member %j', (member) => {
    expect(parseTracestate(`ok=1,${member}`)).toBeUndefined()
  })

  it('accepts keys and values of the maximum length', () => {
    const list = `${'k'.repeat(256)}=${'v'.repeat(256)}`
    expect(parseTracestate(list)).toBe(list)
    expect(isTracestateKey('k'.repeat(257))).toBe(false)
    expect(isTracestateKey('0a_-*/@')).toBe(true)
    expect(isTracestateValue(' inner space ')).toBe(false)
    expect(isTracestateValue(' inner space')).toBe(true)
  })

  it('finds a member by its whole key', () => {
    expect(tracestateMember('atl=1,tl=2,tlb=3', 'tl')).toBe('2')
    expect(tracestateMember('atl=1', 'tl')).toBeUndefined()
  })

  it('removes a member at any position', () => {
    expect(withoutTracestateMember('tl=1,a=2', 'tl')).toBe('a=2')
    expect(withoutTracestateMember('a=2,tl=1,b=3', 'tl')).toBe('a=2,b=3')
    expect(withoutTracestateMember('a=2,tl=1', 'tl')).toBe('a=2')
    expect(withoutTracestateMember('tl=1', 'tl')).toBe('')
    expect(withoutTracestateMember('a=2', 'tl')).toBe('a=2')
  })

  it('puts a member in front of at most 31 others', () => {
    expect(withTracestateMember('', 'tl', '1')).toBe('tl=1')
    expect(withTracestateMember('a=2,tl=0', 'tl', '1')).toBe('tl=1,a=2')
    const full = withTracestateMember(THIRTY_TWO, 'tl', '1')
    expect(full.split(',')).toHaveLength(32)
    expect(full).toMatch(/^tl=1,k0=v,.*,k30=v$/)
  })
})
