import { AsyncLocalStorage } from 'node:async_hooks'

/** Headers by lower-case name. */
export type ForwardedHeaders = Readonly<Record<string, string>>

/** State shared by all copies of this package in a process: bundled, nested, and ES module copies. */
interface ProcessState {
  /** The headers of the current request. */
  readonly storage: AsyncLocalStorage<ForwardedHeaders>
  /** Whether something sets the headers of every outgoing call, whatever client makes it. */
  owned: boolean
  /** The rule of the adapter that makes the call, applied by any code that sets its headers. */
  readonly rules: AsyncLocalStorage<(url: string) => boolean>
  /** Whether the current call may have no headers. */
  withheld: boolean
  /** The span whose headers were injected last, in any call. */
  injectedSpanId: string | undefined
}

/** The version changes with the shape above: incompatible copies must not share. */
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
