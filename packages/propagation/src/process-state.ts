import { AsyncLocalStorage } from 'node:async_hooks'

/** Headers by lower-case name. */
export type ForwardedHeaders = Readonly<Record<string, string>>

/** What all copies of this package in a process share: a bundled one, nested ones, one for ES modules. */
interface ProcessState {
  /** The headers of the request that is being served. */
  readonly storage: AsyncLocalStorage<ForwardedHeaders>
  /** Whether something sets the headers of every outgoing call, whatever client makes it. */
  owned: boolean
  /** The rule of the adapter that makes the call, asked by whatever sets its headers. */
  readonly rules: AsyncLocalStorage<(url: string) => boolean>
  /** Whether the call that is being made right now may have no headers. */
  withheld: boolean
  /** The span whose headers were injected last, in whatever call. */
  injectedSpanId: string | undefined
}

/** The version changes with the shape above: copies that can't share must not meet. */
const KEY = Symbol.for('throughline.propagation.2')

type Global = typeof globalThis & { [KEY]?: ProcessState }

export const processState: ProcessState = (globalThis as Global)[KEY] ?? createState()

function createState(): ProcessState {
  const state: ProcessState = {
    storage: new AsyncLocalStorage(),
    owned: false,
    rules: new AsyncLocalStorage(),
    withheld: false,
    injectedSpanId: undefined,
  }
  Object.defineProperty(globalThis, KEY, { value: state })
  return state
}
