// @ts-check

/**
 * @typedef {object} Program
 * @property {string[]} command what starts it; `{npm}`, `{brave}`, `{spring-brave}` and `{spring-otel}` are where it is installed
 * @property {Record<string, string>} [env]
 */

/** @param {string} program @param {Record<string, string>} [env] @returns {Program} */
const node = (program, env) => ({ command: ['node', `{npm}/${program}.cjs`], ...(env && { env }) })

/** @param {string} propagators @returns {Program} */
const opentelemetry = (propagators) => node('opentelemetry', { OTEL_PROPAGATORS: propagators })

/** @param {string} styles @returns {Program} */
const ddTrace = (styles) => node('dd-trace', { DD_TRACE_PROPAGATION_STYLE: styles })

/** @param {string} formats @returns {Program} */
const brave = (formats) => ({
  command: ['java', '-cp', '{brave}/brave.jar:{brave}/dependency/*', 'callers.Caller'],
  env: { FORMATS: formats },
})

/** @param {'brave' | 'otel'} bridge @param {string} produce @returns {Program} */
const spring = (bridge, produce) => ({
  command: ['java', '-XX:TieredStopAtLevel=1', '-jar', `{spring-${bridge}}/callers-${bridge}-1.jar`],
  env: {
    MANAGEMENT_TRACING_PROPAGATION_PRODUCE: produce,
    MANAGEMENT_TRACING_PROPAGATION_CONSUME: 'W3C,B3,B3_MULTI',
    MANAGEMENT_TRACING_SAMPLING_PROBABILITY: '1',
    SERVER_PORT: '0',
    LOGGING_LEVEL_ROOT: 'OFF',
    SPRING_MAIN_BANNERMODE: 'off',
  },
})

/** Every caller whose headers are recorded, and how it is started. @type {Record<string, Program>} */
export const callers = {
  'OpenTelemetry tracecontext': opentelemetry('tracecontext,baggage'),
  'OpenTelemetry b3': opentelemetry('b3'),
  'OpenTelemetry b3multi': opentelemetry('b3multi'),
  'OpenTelemetry tracecontext,b3': opentelemetry('tracecontext,b3'),
  'OpenTelemetry tracecontext,b3multi': opentelemetry('tracecontext,b3multi'),
  'OpenTelemetry b3,b3multi': opentelemetry('b3,b3multi'),
  'OpenTelemetry tracecontext,b3,b3multi': opentelemetry('tracecontext,b3,b3multi'),
  'OpenTelemetry jaeger': opentelemetry('jaeger'),
  'dd-trace by default': node('dd-trace'),
  'dd-trace tracecontext': ddTrace('tracecontext'),
  'dd-trace b3multi': ddTrace('b3multi'),
  'dd-trace b3 single header': ddTrace('b3 single header'),
  'dd-trace tracecontext,b3multi': ddTrace('tracecontext,b3multi'),
  'dd-trace tracecontext,b3 single header': ddTrace('tracecontext,b3 single header'),
  'dd-trace datadog,tracecontext,b3multi': ddTrace('datadog,tracecontext,b3multi'),
  'dd-trace datadog,tracecontext,b3multi,b3 single header': ddTrace('datadog,tracecontext,b3multi,b3 single header'),
  'dd-trace datadog,b3multi': ddTrace('datadog,b3multi'),
  zipkin: node('zipkin'),
  'Brave multi': brave('multi'),
  'Brave single': brave('single'),
  'Brave single,multi': brave('single,multi'),
  'Spring Boot with Brave, W3C': spring('brave', 'W3C'),
  'Spring Boot with Brave, B3': spring('brave', 'B3'),
  'Spring Boot with Brave, B3_MULTI': spring('brave', 'B3_MULTI'),
  'Spring Boot with Brave, W3C,B3': spring('brave', 'W3C,B3'),
  'Spring Boot with Brave, W3C,B3_MULTI': spring('brave', 'W3C,B3_MULTI'),
  'Spring Boot with Brave, B3,B3_MULTI': spring('brave', 'B3,B3_MULTI'),
  'Spring Boot with Brave, W3C,B3,B3_MULTI': spring('brave', 'W3C,B3,B3_MULTI'),
  'Spring Boot with OpenTelemetry, W3C': spring('otel', 'W3C'),
  'Spring Boot with OpenTelemetry, B3': spring('otel', 'B3'),
  'Spring Boot with OpenTelemetry, W3C,B3': spring('otel', 'W3C,B3'),
  'Spring Boot with OpenTelemetry, W3C,B3_MULTI': spring('otel', 'W3C,B3_MULTI'),
}
