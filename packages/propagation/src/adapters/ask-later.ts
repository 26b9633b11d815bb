import diagnosticsChannel from 'node:diagnostics_channel'
import type { OutgoingOptions } from './headers-to-set.ts'
import type { MergedHeaders } from './merge-headers.ts'
import { mayForward } from './may-forward.ts'
import { removeUndiciHeaders, type UndiciRequest } from './undici-request.ts'

/** A call whose headers are set, and whose origin is known when undici makes its request. */
interface Question {
  readonly path: string
  readonly names: readonly string[]
  readonly options: OutgoingOptions
}

let open: Question | undefined

/**
 * Asks `shouldForward` about a call of an undici client or pool as soon as its origin is known, and takes its headers away
 * where the answer is no. Undici reads the headers and publishes the request in one go, maybe long after the call.
 */
export function askLater(headers: MergedHeaders, question: Question): void {
  if (question.options.shouldForward === undefined) return
  // Ours are the last, in a list and in an object.
  const last = Object.keys(headers).at(-1) ?? ''
  const value: unknown = Reflect.get(headers, last)
  const get = (): unknown => {
    open = question
    return value
  }
  Object.defineProperty(headers, last, { enumerable: true, configurable: true, get })
  diagnosticsChannel.unsubscribe('undici:request:create', onCreate)
  diagnosticsChannel.subscribe('undici:request:create', onCreate)
}

function onCreate(message: unknown): void {
  const question = open
  open = undefined
  const { request } = message as { request: UndiciRequest & { origin?: string | URL; path?: string } }
  if (question === undefined || question.path !== request.path) return
  const { path, names, options } = question
  if (mayForward(options.shouldForward, () => new URL(String(request.origin)).origin + path)) return
  removeUndiciHeaders(request, new Set(names))
}
