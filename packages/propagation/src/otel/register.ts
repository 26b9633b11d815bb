import { propagation } from '@opentelemetry/api'
import { readPropagationEnvironment } from '../environment.ts'
import { MeshPropagator } from './mesh-propagator.ts'

/**
 * For `node --import`: makes {@link MeshPropagator} the global propagator before any SDK starts. Together with
 * `OTEL_PROPAGATORS=none`, which keeps the SDK from setting its own, for applications that are instrumented from the
 * outside. `TRACE_CONTEXT_HINT`, `TRACE_CONTEXT_EDGE` and `TRACE_REQUEST_ID` give its options.
 */
const { options, problems } = readPropagationEnvironment(process.env)
if (problems.length > 0) throw new Error(problems.join('; '))
propagation.setGlobalPropagator(new MeshPropagator(options))
