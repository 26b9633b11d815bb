import { context, propagation, trace } from '@opentelemetry/api'

/** Where every 1.x copy of the API keeps what is registered. */
const API = Symbol.for('opentelemetry.js.api.1')
const GLOBALS = { trace, propagation, context }

/** OpenTelemetry's globals that an SDK registers from now on, apart from those that another SDK in this process has. */
export interface OwnGlobals {
  has(name: keyof typeof GLOBALS): boolean
  /** Takes them back; the other SDK's stay. */
  disable(): void
}

/** To be called just before an SDK is started. */
export function ownGlobals(): OwnGlobals {
  const others = Object.keys((globalThis as { [API]?: object })[API] ?? {})
  const has = (name: string): boolean => !others.includes(name)
  return {
    has,
    disable() {
      for (const [name, api] of Object.entries(GLOBALS)) if (has(name)) api.disable()
    },
  }
}
