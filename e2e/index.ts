/** The cases and measurements of the propagation matrix, for the generator of docs/reference/headers.md. */
export { callerEnvoys, envoys, stockPropagators, tracers } from './path/matrix.ts'
export type { RequestShape } from './support/request-shape.ts'
export type { SidecarTreatment } from './support/sidecar-headers.ts'
