import diagnosticsChannel from 'node:diagnostics_channel'
import { isPropagationHeader } from '../headers.ts'

/** What undici publishes as `undici:request:create`: headers are a text in version 5, a flat list in later ones. */
export interface UndiciRequest {
  headers: string | unknown[]
  addHeader(name: string, value: string): unknown
}

/** Sets a header of a request that undici has yet to send: any of that name, in any case, goes. */
export function setUndiciHeader(request: UndiciRequest, name: string, value: string): void {
  removeUndiciHeader(request, name)
  appendHeader(request, name, value)
}

/**
 * Lets every header that this package reads have one value, the last, whichever code adds to them: undici's `addHeader`
 * appends, and OpenTelemetry's instrumentation of undici calls it.
 */
export function keepHeadersSingle(request: UndiciRequest): void {
  const { headers } = request
  if (typeof headers !== 'string') {
    for (let at = headers.length - 2; at >= 0; at -= 2) {
      const name = nameAt(headers, at)
      if (isPropagationHeader(name)) removeUndiciHeader(request, name, at)
    }
  }
  request.addHeader = addSingle
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
  if (isPropagationHeader(name.toLowerCase())) removeUndiciHeader(this, name)
  return appendHeader(this, name, value)
}

function appendHeader(request: UndiciRequest, name: string, value: string): unknown {
  const { addHeader } = Object.getPrototypeOf(request) as { addHeader: (this: void, ...header: string[]) => unknown }
  return Reflect.apply(addHeader, request, [name, value])
}

/**
 * Removes all headers of a name, in any case, of a request that undici has yet to send.
 *
 * @param end in a list, where those that stay begin. Default: none stays.
 */
export function removeUndiciHeader(request: UndiciRequest, name: string, end = Infinity): void {
  const { headers } = request
  const wanted = name.toLowerCase()
  if (typeof headers === 'string') {
    const kept = headers.split('\r\n').filter((line) => line.slice(0, line.indexOf(':')).toLowerCase() !== wanted)
    request.headers = kept.join('\r\n')
    return
  }
  for (let at = Math.min(end, headers.length) - 2; at >= 0; at -= 2) {
    if (nameAt(headers, at) === wanted) headers.splice(at, 2)
  }
}

function nameAt(headers: readonly unknown[], at: number): string {
  return String(headers[at]).toLowerCase()
}
