import diagnosticsChannel from 'node:diagnostics_channel'
import { type CallHeaders, mergeHeaders, type MergedHeaders } from './merge-headers.ts'
import { mayForward, type ShouldForward } from './may-forward.ts'
import type { Header } from '../stale-headers.ts'
import { namesOf, type UndiciRequest, withholdUndiciHeaders } from './undici-request.ts'

/** A call whose origin is known, and whose headers may be set by others, when undici makes its request. */
interface Question {
  readonly path: string
  readonly shouldForward: ShouldForward
  /** The names of headers that the program has set itself. */
  readonly ownNames: ReadonlySet<string>
  readonly set: readonly Header[]
}

const EMPTY: readonly never[] = []
let open: Question | undefined

/**
 * Asks `shouldForward` about a call of undici as soon as its request is made, and keeps headers from it where the answer is
 * no, whatever sets them. Undici reads the headers and publishes the request in one go, maybe long after the call.
 *
 * @returns headers to call with: those given and, behind them, those to set.
 */
export function askLater(
  callHeaders: CallHeaders,
  set: readonly Header[],
  { path, shouldForward }: Pick<Question, 'path' | 'shouldForward'>,
): MergedHeaders | Iterable<never> {
  diagnosticsChannel.unsubscribe('undici:request:create', onCreate)
  diagnosticsChannel.subscribe('undici:request:create', onCreate)
  const headers = mergeHeaders(callHeaders, set)
  const question = { path, shouldForward, ownNames: namesOf(mergeHeaders(callHeaders, [])), set }
  const ask = (): void => {
    open = question
  }
  const last = Object.keys(headers).at(-1)
  if (last === undefined) return { [Symbol.iterator]: () => (ask(), EMPTY[Symbol.iterator]()) }
  const value: unknown = Reflect.get(headers, last)
  const get = (): unknown => {
    ask()
    return value
  }
  return Object.defineProperty(headers, last, { enumerable: true, configurable: true, get })
}

function onCreate(message: unknown): void {
  const question = open
  open = undefined
  const { request } = message as { request: UndiciRequest & { origin?: string | URL; path?: string } }
  if (question === undefined || question.path !== request.path) return
  const { path, shouldForward, ownNames, set } = question
  if (!mayForward(shouldForward, () => new URL(String(request.origin)).origin + path))
    withholdUndiciHeaders(request, ownNames, set)
}
