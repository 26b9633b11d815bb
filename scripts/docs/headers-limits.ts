/** A situation that headers alone can't decide, for the table in `headers.md`. */
export interface Limit {
  situation: string
  /** What is done without a hint. */
  rule: string
  /** What comes of the rule where it is wrong. */
  result: string
  hint: 'w3c' | 'b3'
  withHint: string
  /** `vector`: in packages/propagation/conformance/vectors.json; `matrix`: in e2e/path/propagation-matrix.test.ts. */
  tests: { kind: 'vector' | 'matrix'; name: string }[]
}

export const limits: Limit[] = [
  {
    situation: 'two tracers on one path: zipkin, with or without W3C, then opentelemetry',
    rule: 'of two contexts that were both rewritten, B3 wins if it has a parent id: no SDK sends one, Envoy does',
    result: 'counting is the child of the first sidecar; still one trace',
    hint: 'w3c',
    withHint: 'counting is the child of its own sidecar',
    tests: [
      { kind: 'vector', name: 'zipkin, then opentelemetry: the headers can only name the first' },
      { kind: 'vector', name: 'zipkin, then opentelemetry, with the hint' },
    ],
  },
  {
    situation: 'two tracers on one path: datadog, then zipkin',
    rule: '`traceparent` wins if `dd=…;p:` in `tracestate` names its span: Datadog wrote it',
    result: 'counting is the child of the first sidecar; still one trace',
    hint: 'b3',
    withHint: 'counting is the child of its own sidecar',
    tests: [
      { kind: 'vector', name: 'datadog, then zipkin: the headers can only name the first' },
      { kind: 'vector', name: 'datadog, then zipkin, with the hint' },
    ],
  },
  {
    situation: 'a foreign `traceparent` into a sidecar that only knows B3 (zipkin)',
    rule: "of two traces without our mark, that of `traceparent` goes on: more often than not it is the client's",
    result: "the client's trace goes on, and the sidecars' spans stand in a trace of their own",
    hint: 'b3',
    withHint: "the sidecars' trace goes on, and the client's is a link",
    tests: [
      { kind: 'vector', name: 'a foreign traceparent before a zipkin sidecar: the trace of the client goes on' },
      { kind: 'vector', name: 'the same with the hint b3: the trace of the sidecar goes on' },
      {
        kind: 'matrix',
        name: "a foreign traceparent: one of the two traces goes on, and the other becomes counting's link",
      },
    ],
  },
  {
    situation: 'a B3 client before a sidecar that does not read B3 (opentelemetry, datadog)',
    rule: 'the same: without our mark, the trace of `traceparent` goes on, which here is the sidecar’s',
    result: "the client's trace ends, and is a link",
    hint: 'b3',
    withHint: "the client's trace goes on, and the sidecars' spans stand alone",
    tests: [
      { kind: 'vector', name: 'a B3 client before an opentelemetry sidecar, no mark' },
      { kind: 'vector', name: 'the same with the hint b3: the B3 trace goes on' },
      { kind: 'matrix', name: 'deferred at the sidecar: the sidecar decides' },
    ],
  },
  {
    situation: 'our mark in `tracestate` got lost on the way, and the calling application sends `x-b3-parentspanid`',
    rule: 'B3 with a parent id looks as if a sidecar had written it',
    result: "behind an opentelemetry sidecar, counting is the child of the caller's span; still one trace",
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
]
