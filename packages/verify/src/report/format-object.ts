import type { ObjectLine } from '../findings/finding.ts'

/** `Telemetry shop/tracing spec.tracing[0]`. */
export const formatObject = ({ kind, name, field }: ObjectLine): string => `${kind} ${name} ${field}`
