/** A situation that headers alone can't decide, for the table in `headers.md`. */
export interface Limit {
  situation: string
  /** What is done without a hint. */
  rule: string
  /** What comes of the rule where it is wrong. */
  result: string
  hint: 'w3c' | 'b3'
  withHint: string
  /** `vector`: in packages/propagation/conformance/vectors.json; `matrix`: in e2e/path/propagation-matrix.ts. */
  tests: { kind: 'vector' | 'matrix'; name: string }[]
}

export const limits: Limit[] = [
  {
    situation: 'two tracers on one path: zipkin, with or without W3C, then opentelemetry',
    rule: 'of two contexts that do not name the marked span, B3 wins if it has a parent id: a zipkin sidecar always writes one',
    result: 'counting is the child of the first sidecar; still one trace',
    hint: 'w3c',
    withHint: 'counting is the child of its own sidecar',
    tests: [
      { kind: 'vector', name: 'zipkin, then opentelemetry: the headers can only name the first' },
      { kind: 'vector', name: 'zipkin, then opentelemetry, with the hint' },
      {
        kind: 'matrix',
        name: 'two tracers on one path: pairs that headers can’t distinguish, and the hint that does',
      },
    ],
  },
  {
    situation: 'two tracers on one path: datadog, then zipkin',
    rule: '`traceparent` wins if `dd=s:…;p:` in `tracestate` names its span: a datadog sidecar wrote it',
    result: 'counting is the child of the first sidecar; still one trace',
    hint: 'b3',
    withHint: 'counting is the child of its own sidecar',
    tests: [
      { kind: 'vector', name: 'datadog, then zipkin: the headers can only name the first' },
      { kind: 'vector', name: 'datadog, then zipkin, with the hint' },
      {
        kind: 'matrix',
        name: 'two tracers on one path: pairs that headers can’t distinguish, and the hint that does',
      },
    ],
  },
  {
    situation: 'a caller with W3C alone (OpenTelemetry, dd-trace, Spring) before a sidecar that only knows B3 (zipkin)',
    rule: 'of two traces without our mark, that of `traceparent` continues, so that the applications stay in one trace',
    result: "the caller's trace continues, and the sidecars' spans are in a trace of their own",
    hint: 'b3',
    withHint: "the sidecars' trace continues, and the caller's is a link",
    tests: [
      { kind: 'vector', name: 'a foreign traceparent before a zipkin sidecar: the trace of the client continues' },
      { kind: 'vector', name: 'the same with the hint b3: the trace of the sidecar continues' },
      {
        kind: 'matrix',
        name: "a foreign traceparent: one trace continues, the other becomes counting's link",
      },
      {
        kind: 'matrix',
        name: 'a W3C client before sidecars that only read B3: its trace continues, theirs is a link',
      },
    ],
  },
  {
    situation: 'a B3 client before a sidecar that does not read B3 (opentelemetry, datadog)',
    rule: 'the same: without our mark, the trace of `traceparent` continues, which here is the sidecar’s',
    result: "the client's trace ends, and is a link",
    hint: 'b3',
    withHint: "the client's trace continues, and the sidecars' spans stand alone",
    tests: [
      { kind: 'vector', name: 'a B3 client before an opentelemetry sidecar, no mark' },
      { kind: 'vector', name: 'the same with the hint b3: the B3 trace continues' },
      { kind: 'matrix', name: 'deferred at the sidecar: the sidecar decides' },
    ],
  },
  {
    situation:
      '`x-b3-*` with a parent id, copied by hand beside a newer `traceparent`: without a tracer, or behind opentelemetry with a `tracestate` that names neither span',
    rule: 'B3 with a parent id looks as if a zipkin sidecar had written it',
    result: 'counting is the child of the span whose headers were copied; still one trace',
    hint: 'w3c',
    withHint: 'counting is the child of its own sidecar, or of the caller where there is none',
    tests: [
      {
        kind: 'vector',
        name: 'x-b3-* copied by hand beside a new traceparent, no tracer: the old B3 looks fresh',
      },
      { kind: 'vector', name: 'x-b3-* copied by hand beside a new traceparent, with the hint w3c' },
      {
        kind: 'vector',
        name: 'x-b3-* copied by hand before opentelemetry, with a tracestate of others: the old B3 looks fresh',
      },
      {
        kind: 'matrix',
        name: 'x-b3-* copied by hand beside a new traceparent, no tracer: the copy wins',
      },
    ],
  },
  {
    situation:
      'an empty `tracestate` got lost between an opentelemetry sidecar and counting, and the caller (Brave, dd-trace) sends `x-b3-parentspanid`',
    rule: 'the same: B3 with a parent id looks fresh',
    result: "counting is the child of the caller's span; still one trace",
    hint: 'w3c',
    withHint: 'counting is the child of its own sidecar',
    tests: [
      {
        kind: 'vector',
        name: 'a mark that got lost, and an application that sends its parent in B3, before opentelemetry: the old B3 looks fresh',
      },
      { kind: 'vector', name: 'the same with the hint w3c: the sidecar is the caller' },
    ],
  },
  {
    situation:
      'a Datadog SDK that writes `dd=s:…;p:…` as datadog sidecars do (dd-trace for Node does not), with W3C, B3 and `x-datadog-*` at once, through zipkin sidecars',
    rule: '`traceparent` wins if `dd=s:…;p:` and `x-datadog-parent-id` both name its span',
    result: "counting is the child of the caller's span; still one trace",
    hint: 'b3',
    withHint: 'counting is the child of its own sidecar',
    tests: [
      {
        kind: 'vector',
        name: "a Datadog SDK whose member looks like Envoy's, between zipkin sidecars: the headers say datadog",
      },
      { kind: 'vector', name: "a Datadog SDK whose member looks like Envoy's, with the hint b3" },
    ],
  },
]
