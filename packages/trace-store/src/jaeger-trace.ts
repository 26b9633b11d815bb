/** A typed key and value, as the Jaeger query API writes tags. A 64-bit integer beyond 2^53 comes as a string. */
export interface JaegerTag {
  key: string
  type: 'string' | 'bool' | 'int64' | 'float64' | 'binary'
  value: string | number | boolean
}

/** An event inside a span; `timestamp` in microseconds since the epoch. */
export interface JaegerLog {
  timestamp: number
  fields: JaegerTag[]
}

/** `CHILD_OF` names the parent (one at most, always first); `FOLLOWS_FROM` is a span link. */
export interface JaegerReference {
  refType: 'CHILD_OF' | 'FOLLOWS_FROM'
  traceID: string
  spanID: string
}

/** The origin of a span: the service and the attributes of all its spans. */
export interface JaegerProcess {
  serviceName: string
  tags: JaegerTag[]
}

/**
 * One span. Ids are lower-case hex (32 and 16 digits), times are microseconds. A root has no `CHILD_OF` reference. The
 * kind is the tag `span.kind`: server, client, internal, producer or consumer.
 */
export interface JaegerSpan {
  traceID: string
  spanID: string
  operationName: string
  references: JaegerReference[]
  startTime: number
  duration: number
  tags: JaegerTag[]
  logs: JaegerLog[]
  processID: string
  warnings: string[] | null
}

/** One trace as `GET /api/traces/{id}` answers it; `processes` is keyed by the spans' `processID`. */
export interface JaegerTrace {
  traceID: string
  spans: JaegerSpan[]
  processes: Record<string, JaegerProcess>
}
