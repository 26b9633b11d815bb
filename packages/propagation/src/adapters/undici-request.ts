import diagnosticsChannel from 'node:diagnostics_channel'
import { isPropagationHeader, PROPAGATION_NAMES } from '../headers.ts'
import { type Header, staleBeside } from '../stale-headers.ts'

/** What undici publishes as `undici:request:create`: headers are a text in version 5, a flat list in later ones. */
export interface UndiciRequest {
  headers: string | unknown[]
  addHeader(name: string, value: string): unknown
}

/**
 * Sets headers of a request that undici has yet to send, replacing any of the same name, in any case, and any other
 * trace context.
 */
export function setUndiciHeaders(request: UndiciRequest, set: readonly Header[]): void {
  if (set.length === 0) return
  removeUndiciHeaders(request, new Set([...set.map(([name]) => name), ...staleBeside(set)]))
  for (const [name, value] of set) appendHeader(request, name, value)
}

/** The value of a header of a request that undici has yet to send, the last where there are more. */
export function getUndiciHeader({ headers }: UndiciRequest, name: string): string | undefined {
  const list = typeof headers === 'string' ? headers.split('\r\n').flatMap(nameAndValue) : headers
  for (let at = list.length - 2; at >= 0; at -= 2) if (nameAt(list, at) === name) return String(list[at + 1])
  return undefined
}

function nameAndValue(line: string): [string, string] {
  const at = line.indexOf(': ')
  return [line.slice(0, at), line.slice(at + 2)]
}

/**
 * Keeps one value, the last, of every header that this package reads, whichever code adds them: undici's `addHeader`
 * appends, and OpenTelemetry's instrumentation of undici calls it.
 */
export function keepHeadersSingle(request: UndiciRequest): void {
  const { headers } = request
  if (typeof headers !== 'string') {
    for (let at = headers.length - 2; at >= 0; at -= 2) {
      const name = nameAt(headers, at)
      if (isPropagationHeader(name)) removeUndiciHeaders(request, new Set([name]), at)
    }
  }
  request.addHeader = addSingle
}

const WITHHELD = Symbol.for('throughline.withheld')

/**
 * Removes the headers that this package reads from a request, and prevents any code from adding them.
 *
 * @param ownNames lower-case names that the program has set itself, which stay. Default: none.
 * @param set headers set on the call, identity headers included, which are removed. Default: none.
 */
export function withholdUndiciHeaders(
  request: UndiciRequest,
  ownNames: ReadonlySet<string> = new Set(),
  set: readonly Header[] = [],
): void {
  const read = [...PROPAGATION_NAMES].filter((name) => !ownNames.has(name))
  removeUndiciHeaders(request, new Set([...read, ...set.map(([name]) => name)]))
  request.addHeader = addOthers
  Object.defineProperty(request, WITHHELD, { value: true })
}

/** Whether a request may have no headers of this package. */
export function isUndiciWithheld(request: UndiciRequest): boolean {
  return WITHHELD in request
}

/** The names in lower case of all headers that undici, or `fetch`, is given. */
export function namesOf(headers: readonly unknown[] | object | null | undefined): ReadonlySet<string> {
  const keys = Array.isArray(headers) ? flatNames(headers) : Object.keys(headers ?? {})
  return new Set(keys.map((key) => String(key).toLowerCase()))
}

function flatNames(list: readonly unknown[]): unknown[] {
  return Array.isArray(list[0]) ? list.map((pair) => (pair as unknown[])[0]) : list.filter((_, at) => at % 2 === 0)
}

/** Keeps the headers of every undici request single from now on; once is enough for a process. */
export function watchUndici(): void {
  diagnosticsChannel.unsubscribe('undici:request:create', onCreate)
  diagnosticsChannel.subscribe('undici:request:create', onCreate)
}

function onCreate(message: unknown): void {
  keepHeadersSingle((message as { request: UndiciRequest }).request)
}

function addSingle(this: UndiciRequest, name: string, value: string): unknown {
  if (isPropagationHeader(name.toLowerCase())) removeUndiciHeaders(this, new Set([name.toLowerCase()]))
  return appendHeader(this, name, value)
}

function addOthers(this: UndiciRequest, name: string, value: string): unknown {
  return isPropagationHeader(name.toLowerCase()) ? this : appendHeader(this, name, value)
}

function appendHeader(request: UndiciRequest, name: string, value: string): unknown {
  const { addHeader } = Object.getPrototypeOf(request) as { addHeader: (this: void, ...header: string[]) => unknown }
  return Reflect.apply(addHeader, request, [name, value])
}

/**
 * Removes all headers of some names, in any case, of a request that undici has yet to send.
 *
 * @param names in lower case.
 * @param end in a list, where the remaining ones begin. Default: none remain.
 */
function removeUndiciHeaders(request: UndiciRequest, names: ReadonlySet<string>, end = Infinity): void {
  const { headers } = request
  if (typeof headers === 'string') {
    const remaining = headers.split('\r\n').filter((line) => !names.has(line.slice(0, line.indexOf(':')).toLowerCase()))
    request.headers = remaining.join('\r\n')
    return
  }
  for (let at = Math.min(end, headers.length) - 2; at >= 0; at -= 2) {
    if (names.has(nameAt(headers, at))) headers.splice(at, 2)
  }
}

function nameAt(headers: readonly unknown[], at: number): string {
  return String(headers[at]).toLowerCase()
}
