// @ts-check
/**
 * What a collector does wrong while the trouble lasts.
 * @typedef {'away' | 'restarts' | 'slow' | 'resets' | 'hangs' | 'answers 413' | 'answers 429' | 'answers 503'} Trouble
 */

/**
 * @typedef {object} OutageCase
 * @property {string} name as the table shows it
 * @property {Trouble} trouble
 * @property {'ours' | 'stock'} setup
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [keepsAll] true where no span may be lost
 */

/** @type {readonly Trouble[]} */
const TROUBLES = ['away', 'restarts', 'slow', 'resets', 'hangs', 'answers 413', 'answers 429', 'answers 503']

/** @type {readonly OutageCase[]} */
export const OURS = TROUBLES.map((trouble) => ({ name: `ours, ${trouble}`, trouble, setup: 'ours', keepsAll: true }))

/** The guarantee is for OTLP in protobuf; this is what the others lose. */
/** @type {readonly OutageCase[]} */
export const OTHERS = [
  {
    name: 'ours, OTLP in JSON, away',
    trouble: 'away',
    setup: 'ours',
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
  },
  { name: 'ours, zipkin, away', trouble: 'away', setup: 'ours', env: { OTEL_TRACES_EXPORTER: 'zipkin' } },
  { name: 'ours, jaeger, away', trouble: 'away', setup: 'ours', env: { OTEL_TRACES_EXPORTER: 'jaeger' } },
  { name: 'the SDK’s defaults, away', trouble: 'away', setup: 'stock' },
]
