// @ts-check

/**
 * @typedef {import('./parse-explanation.js').Header} Header
 * @typedef {{ traceId: string, sampled: boolean }} HeaderContext `sampled`: false only if the header says so
 */

/**
 * The trace that one header names; undefined for other headers and for what is not valid.
 *
 * @param {Header} header
 * @param {Header[]} all the headers beside it
 * @returns {HeaderContext | undefined}
 */
export function readContext({ name, value }, all) {
  const context = readers.get(name)?.(value.toLowerCase(), all)
  return context === undefined || /^0+$/.test(context.traceId) ? undefined : context
}

/** @type {Map<string, (value: string, all: Header[]) => HeaderContext | undefined>} */
const readers = new Map([
  [
    'traceparent',
    (value) => {
      const [, traceId, flags = ''] = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})/.exec(value) ?? []
      return traceId === undefined ? undefined : { traceId, sampled: Number.parseInt(flags, 16) % 2 === 1 }
    },
  ],
  [
    'b3',
    (value) => {
      const [, traceId, decision] = /^((?:[0-9a-f]{16}){1,2})-[0-9a-f]{16}(?:-([01d]))?/.exec(value) ?? []
      return traceId === undefined ? undefined : { traceId, sampled: decision !== '0' }
    },
  ],
  [
    'x-b3-traceid',
    (value, all) => {
      const decision = all.find(({ name }) => name === 'x-b3-sampled')?.value ?? ''
      const isId = /^([0-9a-f]{16}){1,2}$/.test(value)
      return isId ? { traceId: value, sampled: !/^(0|false)$/i.test(decision) } : undefined
    },
  ],
])

/**
 * Whether two ids name one trace: B3 may keep only the low half.
 *
 * @param {string} a
 * @param {string} b
 */
export function isSameTrace(a, b) {
  return a === b || (isShort(a) !== isShort(b) && a.slice(-16) === b.slice(-16))
}

/** @param {string} id */
function isShort(id) {
  return id.length <= 16 || /^0{16}/.test(id)
}
