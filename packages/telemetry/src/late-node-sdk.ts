import { type ContextManager, trace } from '@opentelemetry/api'
import { loadNodeSdk } from './node-sdk.ts'
import { type OwnGlobals, ownGlobals } from './own-globals.ts'
import type { Sdk, SdkParts } from './sdk.ts'
import { createTraceSdk } from './trace-sdk.ts'

/** Null, which the types lack for one of them, registers none. */
const NOTHING = { contextManager: null as unknown as ContextManager, textMapPropagator: null }

/**
 * Spans of `@opentelemetry/sdk-trace` until `loadRest` has loaded `@opentelemetry/sdk-node`, then that one's, through
 * the same processors. Loading it takes as long as the rest of a small service, and no span has to wait for it: the
 * first ones lack only what its detectors find out about host and process.
 */
export function createLateNodeSdk(parts: SdkParts): Sdk {
  const early = createTraceSdk(parts)
  let late: Sdk | undefined
  let globals: OwnGlobals | undefined
  let stopped = false

  return {
    start() {
      globals = ownGlobals()
      early.start()
    },
    async loadRest() {
      // Context and propagator stay: requests are under way in them.
      const loaded = await loadNodeSdk(parts, "nodeSdk: 'late'", NOTHING)
      if (stopped || late !== undefined) return
      late = loaded
      if (globals?.has('trace') === true) trace.disable()
      late.start()
    },
    async shutdown() {
      stopped = true
      await (late ?? early).shutdown()
    },
  }
}
