import fc from 'fast-check'

/** A header's value as a peer may have sent it. */
export type HostileHeaders = Record<string, string | string[] | undefined>

const HEX = '0123456789abcdef'.split('')

const hex = (digits: number) => fc.string({ unit: fc.constantFrom(...HEX), minLength: digits, maxLength: digits })
const notZero = (id: string) => !/^0*$/.test(id)

export const spanId = hex(16).filter(notZero)
export const traceId = fc
  .oneof(
    hex(32),
    hex(16).map((low) => `${'0'.repeat(16)}${low}`),
  )
  .filter(notZero)

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('')
const VALUE = fc.constantFrom(...Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at)))
const tracestateMember = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...KEY), minLength: 1, maxLength: 12 }),
    fc.string({ unit: VALUE.filter((char) => char !== ',' && char !== '='), minLength: 1, maxLength: 20 }),
  )
  .filter(([key]) => key !== 'tl')

/** A valid list of members with different keys, none of them ours. */
export const tracestate = fc
  .uniqueArray(tracestateMember, { maxLength: 31, selector: ([key]) => key })
  .map((members) => members.map(([key, value]) => `${key}=${value}`).join(','))

/** Members with plain keys and any value that has a UTF-8 form. */
export const baggageMembers = fc.uniqueArray(
  fc.tuple(
    fc.string({ unit: fc.constantFrom(...KEY, '-', '_', '.'), minLength: 1, maxLength: 10 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  ),
  { maxLength: 8, selector: ([key]) => key },
)

export const traceparent = fc
  .tuple(fc.constantFrom('00', '00', '00', '01', 'cc', 'ff'), traceId, spanId, hex(2), fc.constantFrom('', '', '-x'))
  .map(([version, trace, span, flags, tail]) => `${version}-${trace}-${span}-${flags}${tail}`)

const b3Single = fc
  .tuple(fc.oneof(traceId, spanId), spanId, fc.constantFrom('', '-0', '-1', '-d'), fc.option(spanId))
  .map(
    ([trace, span, state, parent]) => `${trace}-${span}${state}${parent === null || state === '' ? '' : `-${parent}`}`,
  )

const VALID: Record<string, fc.Arbitrary<string>> = {
  traceparent,
  tracestate,
  b3: fc.oneof(b3Single, fc.constantFrom('0', '1', 'd')),
  'x-b3-traceid': fc.oneof(traceId, spanId),
  'x-b3-spanid': spanId,
  'x-b3-parentspanid': spanId,
  'x-b3-sampled': fc.constantFrom('0', '1', 'true', 'false', 'd', ''),
  'x-b3-flags': fc.constantFrom('0', '1'),
  baggage: fc.constantFrom('a=1', 'user=J%C3%BCrgen;p=1, b = 2', ',,', 'a'),
  'x-request-id': fc.oneof(fc.uuid(), fc.string()),
  'x-datadog-trace-id': fc.bigInt({ min: 0n, max: 2n ** 65n }).map(String),
  'x-datadog-parent-id': fc.bigInt({ min: 0n, max: 2n ** 65n }).map(String),
  sw8: fc.constant('1-dHJhY2U=-c2VnbWVudA==-3-c2VydmljZQ==-aW5zdGFuY2U=-L2FwaQ==-MTI3LjAuMC4xOjkwMDE='),
  'uber-trace-id': fc.tuple(traceId, spanId).map(([trace, span]) => `${trace}:${span}:0:1`),
  'uberctx-user': fc.string(),
  authorization: fc.string(),
}

/** Truncates, doubles, splices or inflates a value, or inserts characters that are invalid in a header. */
function damaged(value: fc.Arbitrary<string>): fc.Arbitrary<string | string[]> {
  const at = fc.nat({ max: 120 })
  const junk = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('\r\n', '\0', 'ü', '\u212a', ',', '='),
  )
  return fc.oneof(
    { weight: 120, arbitrary: value },
    { weight: 40, arbitrary: fc.tuple(value, at).map(([text, end]) => text.slice(0, end)) },
    {
      weight: 40,
      arbitrary: fc.tuple(value, at, junk).map(([text, end, bad]) => text.slice(0, end) + bad + text.slice(end)),
    },
    {
      weight: 40,
      arbitrary: fc
        .tuple(value, at, junk)
        .map(([text, start, bad]) => text.slice(0, start) + bad + text.slice(start + bad.length)),
    },
    { weight: 20, arbitrary: value.map((text) => text.toUpperCase()) },
    { weight: 20, arbitrary: fc.tuple(value, value).map(([one, two]) => [one, two]) },
    { weight: 20, arbitrary: fc.tuple(value, value).map(([one, two]) => `${one}, ${two}`) },
    { weight: 20, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: fc.tuple(value, junk).map(([text, bad]) => (text + bad).repeat(2000).slice(0, 65_536)) },
  )
}

/** Any mix of the headers we know, whole or damaged; ids are drawn so that some of them agree. */
export const hostileHeaders: fc.Arbitrary<HostileHeaders> = fc
  .record(Object.fromEntries(Object.entries(VALID).map(([name, value]) => [name, damaged(value)])), {
    requiredKeys: [],
  })
  .chain((headers) => fc.boolean().map((agree) => (agree ? agreeing(headers) : headers)))

/** Gives B3 the ids of the `traceparent`, to exercise the choice between contexts of one trace as well. */
function agreeing(headers: HostileHeaders): HostileHeaders {
  const { traceparent: header } = headers
  if (typeof header !== 'string' || header.length < 55) return headers
  return { ...headers, 'x-b3-traceid': header.slice(3, 35), 'x-b3-parentspanid': header.slice(36, 52) }
}
