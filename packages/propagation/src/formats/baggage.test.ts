import { describe, expect, it } from 'vitest'
import { checkBaggage, formatBaggage, parseBaggage } from './baggage.ts'

const members = (count: number) => Array.from({ length: count }, (_, at) => `k${at}=v`)

describe('baggage', () => {
  it('is read into keys, decoded values and properties', () => {
    expect(parseBaggage('user = J%C3%BCrgen ; ttl=1;secret, flag=')).toEqual([
      { key: 'user', value: 'Jürgen', properties: 'ttl=1;secret' },
      { key: 'flag', value: '', properties: undefined },
    ])
  })

  it('is forwarded unchanged if all of it is valid', () => {
    const header = 'a=1 ;p, b=%20;q=x'
    expect(checkBaggage(header)).toBe(header)
  })

  it.each(['bad key=1', '=1', 'key', 'k=a b', 'k="a"', 'k=\u00fc', 'k=a\\b', 'k=1;\u0001', ''])(
    'loses the member %j and keeps the others',
    (member) => {
      expect(checkBaggage(`a=1,${member},b=2`)).toBe('a=1,b=2')
    },
  )

  it('is undefined if no member is valid', () => {
    expect([undefined, '', ' ', ',,', '\u00fc'].map((header) => checkBaggage(header))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    )
    expect(parseBaggage('')).toBeUndefined()
    expect(formatBaggage([])).toBeUndefined()
  })

  it('keeps 64 members', () => {
    expect(checkBaggage(members(64).join(','))).toBe(members(64).join(','))
    expect(checkBaggage(members(65).join(','))).toBe(members(64).join(','))
  })

  it('keeps the members that fit into 8192 bytes', () => {
    const large = `a=${'x'.repeat(4000)},b=${'x'.repeat(4000)},c=${'x'.repeat(4000)}`
    expect(checkBaggage(large)).toBe(large.slice(0, 8005))
    expect(checkBaggage(`a=${'x'.repeat(70_000)},b=1`)).toBe('b=1')
    expect(checkBaggage(`a=1,b=${'x'.repeat(9000)},c=1,d=${'x'.repeat(8190)},e=1`)).toBe('a=1,c=1,e=1')
    const tooLarge = [
      { key: 'a', value: 'x'.repeat(9000) },
      { key: 'b', value: '1' },
    ]
    expect(formatBaggage(tooLarge)).toBe('b=1')
  })

  it('leaves a list as it came whose keys hold percent signs, which stand for themselves there', () => {
    for (const list of ['a%=1,b=2', 'a%zz = 1 , b=%41', 'a=1;p%=%2C']) expect(checkBaggage(list)).toBe(list)
  })

  it.each(['a=100%', 'a=%zz', 'a=%4', 'a=1;p=%zz', 'a=1;bad key', 'a=1;p=a b', 'a=1;', 'a=1;;p', 'a=1;=2'])(
    'loses the member %j, whose value or property is not valid',
    (member) => {
      expect(checkBaggage(member)).toBeUndefined()
      expect(checkBaggage(`b=2,${member},c=%20;p;q = %C3%BC ,100%=1`)).toBe('b=2,c=%20;p;q = %C3%BC,100%=1')
    },
  )

  it('reads octets that are not UTF-8 as U+FFFD, and does not encode them twice', () => {
    const read = parseBaggage('a=%FF,b=x%C3%28%e2%82%acy')
    expect(read?.map(({ value }) => value)).toEqual(['\uFFFD', 'x\uFFFD(€y'])
    expect(checkBaggage('a=%FF')).toBe('a=%FF')
    expect(formatBaggage(read ?? [])).toBe('a=%EF%BF%BD,b=x%EF%BF%BD(%E2%82%ACy')
  })

  it.each([
    ['members of spaces', Array.from({ length: 60 }, () => `a=${' '.repeat(7)}`).join(',')],
    ['one member of spaces', `a=${' '.repeat(8000)}`],
    ['spaces before a property', `a=${' '.repeat(8000)};`],
    ['spaces after a value', `a=b${' '.repeat(8000)}`],
    ['properties', `a=b${';p'.repeat(4000)}`],
    ['properties with spaces', `a=b${'; p = '.repeat(1300)}`],
    ['escapes', `a=${'%20'.repeat(2600)}`],
  ])('is checked in linear time when a list of %s ends in an invalid character', (_, list) => {
    const start = performance.now()
    checkBaggage(`${list},"`)
    checkBaggage(`${list}"`)
    expect(performance.now() - start).toBeLessThan(500)
  })

  it('is written so that it reads the same', () => {
    const list = [
      { key: 'user', value: 'Jürgen, "100%"; a=b\\c', properties: 'ttl=1' },
      { key: 'plain', value: 'a=b', properties: undefined },
    ]
    const header = formatBaggage(list)
    expect(header).toMatch(/^user=J%C3%BCrgen.*;ttl=1,plain=a=b$/)
    expect(parseBaggage(header)).toEqual(list)
  })

  it('is written without what has no place in a header', () => {
    const list = [
      { key: 'a b', value: '1' },
      { key: 'ok', value: '\ud800' },
      { key: 'p', value: '1', properties: 'x\r\ny' },
    ]
    expect(formatBaggage(list)).toBe('ok=%EF%BF%BD')
  })
})
