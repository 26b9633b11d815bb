import { propagation } from '@opentelemetry/api'
import { MeshPropagator } from './mesh-propagator.ts'

/**
 * For `node --import`: makes {@link MeshPropagator} the global propagator before any SDK starts. Together with
 * `OTEL_PROPAGATORS=none`, which keeps the SDK from setting its own, for applications that are instrumented from the
 * outside. `TRACE_CONTEXT_HINT=w3c|b3` gives the hint.
 */
const hint = process.env['TRACE_CONTEXT_HINT'] || 'auto'
if (hint !== 'auto' && hint !== 'w3c' && hint !== 'b3') {
  throw new Error(`TRACE_CONTEXT_HINT=${hint} is not supported, use auto, w3c or b3`)
}
propagation.setGlobalPropagator(new MeshPropagator({ hint }))
