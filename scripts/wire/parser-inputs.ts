import { Buffer } from 'node:buffer'

/** How a parser is given a text, by its branches. */
export interface ParserInput {
  /** Texts it accepts, one for each branch. */
  valid: readonly string[]
  /** The arguments that hold a text; default: the text alone. */
  args?: ((text: string) => readonly unknown[]) | undefined
}

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const B3 = [`${TRACE}-${SPAN}-1-${SPAN}`, '0']
const BAGGAGE = ['a=1; p =2 , b = %20x', 'throughline-fault=delay:500', 'a= ,b=']
const URL_TEXT = ['http://user:pass@host:80/path/x?a=b&sig=1#f', '/path/a-b.json?x-amz-signature=1;access_token=2']
const HOST = ['name.local:8080', '[fe80::1]:443']
const JSON_TEXT = ['{"a":[1,"x\\n",{"b":null}]}', '[[],{}]']
const ID = [TRACE, `${SPAN}==`]
const SPIFFE = ['spiffe://throughline.local/ns/default/sa/counting']
const ENVOY_TEXT = [
  'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, TLS_error:|1',
]
const TAG_TEXT = [
  ...URL_TEXT,
  ...HOST,
  'egress host:80',
  '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  'throughline-verify/1.0.0 (0af7651916cd)',
]
const TAGS = ['http.url', 'http.host', 'http.target', 'guid:x-request-id', 'user_agent', 'node_id', 'response_flags']
const PROXY = ['component', 'proxy'] as const

const headersFrom = (names: readonly string[]) => (text: string) =>
  Object.fromEntries(names.map((name) => [name, text]))
const bytes = (text: string) => [Buffer.from(text, 'latin1')]
/** Length-delimited protobuf fields and MessagePack look at the first bytes only: these are in front of the text. */
const bytesAfter =
  (...first: number[]) =>
  (text: string) => [Buffer.concat([Buffer.from(first), Buffer.from(text, 'latin1')])]

const jaegerSpan = (text: string) => ({
  traceID: text,
  spanID: SPAN,
  operationName: text,
  startTime: 1,
  duration: 1,
  processID: 'p1',
  references: [{ refType: 'CHILD_OF', spanID: text }],
  tags: [PROXY, ...TAGS.map((key) => [key, text] as const)].map(([key, value]) => ({ key, value })),
})
const jaegerTrace = (text: string) => ({
  traceID: TRACE,
  spans: [jaegerSpan(text)],
  processes: { p1: { serviceName: text, tags: [] } },
})
const otlp = (text: string) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: text } }] },
      scopeSpans: [
        {
          spans: ['traceId', 'spanId', 'parentSpanId', 'name', 'kind', 'startTimeUnixNano'].map((field) => ({
            traceId: TRACE,
            spanId: SPAN,
            startTimeUnixNano: '1',
            endTimeUnixNano: '2',
            attributes: TAGS.map((key) => ({ key, value: { stringValue: text } })),
            [field]: text,
          })),
        },
      ],
    },
  ],
})
const zipkin = (text: string) =>
  ['traceId', 'id', 'parentId', 'kind', 'name', 'timestamp'].map((field) => ({
    traceId: TRACE,
    id: SPAN,
    name: text,
    tags: Object.fromEntries(TAGS.map((key) => [key, text])),
    localEndpoint: { serviceName: text, ipv4: text },
    [field]: text,
  }))
const datadog = (text: string) => [
  ['trace_id', 'span_id', 'name', 'start'].map((field) => ({
    trace_id: 1,
    span_id: 2,
    name: text,
    resource: text,
    service: text,
    type: text,
    start: 1,
    duration: 1,
    meta: Object.fromEntries(['_dd.p.tid', ...TAGS].map((key) => [key, text])),
    [field]: text,
  })),
]
/** A record whose every field is the text. */
const record =
  (...fields: string[]) =>
  (text: string) => [headersFrom(fields)(text)]

const otlpHeaders = ['traceparent', 'tracestate', 'baggage', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled']
const carried = ['sw8', 'sw8-x', 'x-amzn-trace-id', 'x-cloud-trace-context', 'grpc-trace-bin', 'uberctx-a']

const contextHeaderOf = (text: string): string =>
  text.startsWith('00-') ? 'traceparent' : text.includes('-') ? 'b3' : 'x-b3-traceid'

/** Every exported reader of wire data, by workspace and name. */
export const parserInputs: Readonly<Record<string, ParserInput>> = {
  'propagation extract': {
    valid: [...B3, ...BAGGAGE, `00-${TRACE}-${SPAN}-01`, 'tl=p:x,a@b=c'],
    args: (text) => [
      headersFrom([...otlpHeaders, 'x-request-id'])(text),
      { get: (from: never, name: never) => from[name] },
    ],
  },
  'propagation parseB3Multi': {
    valid: [TRACE, '1'],
    args: (text) => [{ traceId: text, spanId: text, parentId: text, sampled: text, flags: text }],
  },
  'propagation parseB3Single': { valid: B3 },
  'propagation parseB3State': { valid: B3 },
  'propagation parseB3Decision': { valid: B3, args: (text) => [text, { sampled: text, flags: text }] },
  'propagation parseBaggage': { valid: BAGGAGE },
  'propagation carryHeaders': {
    valid: ['1-TUlE-TUlE-3-c2Vy-aW5z-ZW5k-YWRk', 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1', 'a b'],
    args: (text) => [headersFrom(carried)(text), carried, {}],
  },
  'propagation parseDatadogId': { valid: ['1234567890123456789'] },
  'propagation parseTracestate': { valid: ['tl=p:b7ad6b7169203331,a@b=c , d=e', ' ,\t,'] },
  'propagation parseTraceparent': { valid: [`00-${TRACE}-${SPAN}-01`, `01-${TRACE}-${SPAN}-01-x`] },
  'propagation trimOws': { valid: [' \t a \t '] },
  'service-kit parseSpiffeId': { valid: SPIFFE },
  'telemetry parsePartialSuccess': { valid: ['\n\u0004\b\u0001\u0012\u0000'], args: bytes },
  'telemetry readVarint': { valid: ['\u0080\u0001'], args: (text) => [Buffer.from(text, 'latin1'), 0] },
  'telemetry parseRetryAfter': { valid: ['120', 'Fri, 31 Dec 1999 23:59:59 GMT'] },
  'telemetry readForwarded': {
    valid: ['for="[fe80::1]:80\\"";host=a ; proto=https, for=b', '10.0.0.1, 10.0.0.2'],
    args: record('forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'),
  },
  'telemetry parseHost': { valid: HOST },
  'telemetry parseTarget': { valid: URL_TEXT },
  'telemetry redactQuery': { valid: ['a=b&sig=%20x;access_token=2&x-amz-signature'] },
  'telemetry readRoute': {
    valid: URL_TEXT,
    args: (text) => [{ url: text, originalUrl: text, baseUrl: text, route: { path: text } }],
  },
  'trace-store readDatadogSpans': { valid: TAG_TEXT, args: (text) => [datadog(text)] },
  'trace-store decodeJson': { valid: JSON_TEXT, args: bytes },
  'trace-store decodeMsgpack': { valid: ['\u0081\u00a1a\u0092\u0001\u00c0'], args: bytes },
  'trace-store decodeOtlpProtobuf': { valid: ['\n\u0004\n\u0002\b\u0001'], args: bytesAfter(10, 127) },
  'trace-store readFields': { valid: ['a'], args: (text) => [text, 'at'] },
  'trace-store readList': {
    valid: ['a'],
    args: (text) => [Array.from(text.slice(0, 1000)), 'at', (item: unknown) => item],
  },
  'trace-store readText': { valid: ['a'], args: (text) => [text, 'at'] },
  'trace-store readAmount': { valid: ['1', '1.5e3', '0x1'], args: (text) => [text, 'at'] },
  'trace-store readFixed64': { valid: ['12345678901234567890', '-1', '0x1'], args: (text) => [text, 'at'] },
  'trace-store readId': { valid: ID, args: (text) => [text, 'at', 16] },
  'trace-store readAttributes': {
    valid: TAG_TEXT,
    args: (text) => [
      ['stringValue', 'intValue', 'doubleValue', 'bytesValue'].map((kind) => ({ key: text, value: { [kind]: text } })),
      'at',
    ],
  },
  'trace-store readOtlpSpans': { valid: [...ID, ...TAG_TEXT], args: (text) => [otlp(text)] },
  'trace-store readZipkinSpans': { valid: [...ID, ...TAG_TEXT], args: (text) => [zipkin(text)] },
  'verify parseHostPort': { valid: HOST },
  'verify parseMeshClaim': {
    valid: ['allowed'],
    args: (text) => [{ access: text, bypass: { closed: true, reason: text } }],
  },
  'verify parseEvidence': { valid: JSON_TEXT },
  'verify trimSlashes': { valid: ['http://name.local/path//', ...URL_TEXT] },
  'verify parseTraceId': { valid: ID },
  'verify parseSpanId': { valid: ID },
  'verify readJaegerTrace': { valid: [...ID, ...TAG_TEXT], args: (text) => [jaegerTrace(text)] },
  'verify readOtlpJson': { valid: [...ID, ...TAG_TEXT], args: (text) => [otlp(text)] },
  'verify parseText': { valid: ['a b'], args: (text) => [text, 200] },
  'counting parseFault': { valid: BAGGAGE },
  'dashboard parseJsonObject': { valid: JSON_TEXT },
  'dashboard readProxyAnswer': { valid: ENVOY_TEXT },
  'dashboard parseUpstreamExplanation': {
    valid: [...BAGGAGE, ...SPIFFE],
    args: (text) => [{ headers: headersFrom(otlpHeaders)(text), peer: { caller: text, self: text } }],
  },
  'dashboard readCounting': {
    valid: [...JSON_TEXT, ...ENVOY_TEXT],
    args: (text) => [{ status: 503, body: text, headers: {} }, 1000],
  },
  'verify readProxyWords': { valid: ENVOY_TEXT, args: (text) => [503, text] },
  'dashboard parseTrafficChange': { valid: ['on'], args: record('running', 'rate', 'fault', 'baggage') },
  'dashboard parseBypassResult': { valid: ['2026-01-02T03:04:05.678Z'], args: record('url', 'said', 'at') },
  'dashboard parseBreaks': { valid: ['TLV104'], args: record('breaks', 'current', 'error') },
  'dashboard parseFindings': { valid: ['done'], args: record('state', 'error', 'report') },
  'dashboard parseNamedFinding': { valid: ['TLV104'], args: record('id', 'title', 'fix') },
  'dashboard parseMeshStatus': { valid: ['allowed'], args: record('mesh', 'access', 'tracer', 'version', 'sidecars') },
  'dashboard parseText': { valid: ['a b'] },
  'dashboard parseTraceId': { valid: ID },
  'dashboard parseOutcome': { valid: ID, args: record('traceId', 'state', 'at', 'message', 'status') },
  'dashboard parseEntries': { valid: ['a=b'], args: (text) => [[text, headersFrom(['traceId', 'at'])(text)]] },
  'dashboard parseTraffic': { valid: ['on'], args: record('running', 'rate', 'fault') },
  'dashboard parseConfig': { valid: URL_TEXT, args: record('traceUiUrl', 'version', 'service') },
  'dashboard parseErrorMessage': { valid: ['a b'], args: record('message', 'code') },
  'dashboard parseList': { valid: ['a'], args: (text) => [[text], (item: unknown) => item] },
  'dashboard parseNumber': { valid: ['1.5'] },
  'dashboard parseExplanation': { valid: BAGGAGE, args: record('service', 'hostname', 'received', 'caller', 'calls') },
  'dashboard readContext': {
    valid: [`00-${TRACE}-${SPAN}-01`, ...B3, TRACE],
    args: (text) => [{ name: contextHeaderOf(text), value: text }, [{ name: 'x-b3-sampled', value: text }]],
  },
  'dashboard parseTrace': { valid: TAG_TEXT, args: (text) => [{ data: [jaegerTrace(text)] }] },
}

/** Exported readers of what no caller can send. */
export const notWireData: readonly string[] = [
  // The environment, and a command line.
  'propagation readPropagationEnvironment',
  'telemetry readPropagation',
  'telemetry readOtlpSettings',
  'telemetry readSpanLimits',
  'telemetry parseKeyValues',
  'verify parseCluster',
  'verify parseField',
  'verify parseListen',
  'verify parseManifests',
  'verify parseTarget',
  'verify parseVerifyCommand',
  // Objects that a cluster's API server has checked.
  'verify readPod',
  'verify readService',
  'verify readTlsRules',
  'verify parseJson',
  // They fetch, and read with what is in the table.
  'verify readCluster',
  'verify readConsul',
  'verify readEnvoy',
  'verify readIstio',
  'verify readManifestFiles',
  'verify readMeshStatus',
]
