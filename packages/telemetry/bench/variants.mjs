// @ts-check
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Variant
 * @property {string} name as the table shows it
 * @property {'plain' | 'ours' | 'drop' | 'encode' | 'stock' | 'auto' | 'dd-trace'} setup what `server.mjs` starts before Express
 * @property {boolean} sampled whether callers say so
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string[]} [execArgv]
 * @property {{ count: number, differ: readonly string[] }} [spans] of a request, and in what they may differ from ours:
 * `compareSpans`; default not compared
 * @property {boolean} [isPeer] measured on every Node and at the fixed rate; default false
 */

/** What shares are of. */
export const STOCK = 'stock http + express'

/** @type {Pick<Variant, 'spans' | 'isPeer'>} */
const STOCK_SPANS = { isPeer: true, spans: { count: 2, differ: ['also internal request handler'] } }

/** @satisfies {Partial<Variant>} */
const AUTO = {
  execArgv: ['--require', fileURLToPath(import.meta.resolve('@opentelemetry/auto-instrumentations-node/register'))],
  // All the others ask the networks of cloud providers.
  env: { OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process' },
}

/** @type {Pick<Variant, 'spans' | 'isPeer'>} */
const AUTO_SPANS = {
  isPeer: true,
  spans: {
    count: 4,
    differ: [
      'also internal request handler',
      'also internal middleware - patched',
      'also internal request handler - /',
    ],
  },
}

/** @satisfies {Partial<Variant>} */
const DD_TRACE = {
  // Traces only, and nothing that leaves the machine: no telemetry, no remote configuration, no reports of crashes.
  env: {
    DD_TRACE: process.env['DD_TRACE'],
    DD_SERVICE: 'bench',
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    DD_CRASHTRACKING_ENABLED: 'false',
    DD_TRACE_STARTUP_LOGS: 'false',
  },
  isPeer: true,
  spans: {
    count: 3,
    differ: [
      // Its own names: `http.method`, `http.url`, `http.status_code`; of the route and the caller it says nothing.
      'named GET',
      'no http.request.method',
      'no http.response.status_code',
      'no http.route',
      'no url.path',
      'no url.scheme',
      'no server.address',
      'no server.port',
      'no client.address',
      'no network.peer.address',
      'no network.protocol.version',
      'also internal <anonymous>',
      'also internal handle',
    ],
  },
}

/** @type {readonly Variant[]} */
const ALL = [
  { name: 'plain', setup: 'plain', sampled: true, isPeer: true },
  // Below Express: why it costs what it does.
  { name: 'http alone', setup: 'plain', sampled: true, env: { SERVER: 'http' } },
  { name: 'http alone, prototypes set', setup: 'plain', sampled: true, env: { SERVER: 'prototypes' } },
  { name: 'ours', setup: 'ours', sampled: true, isPeer: true, spans: { count: 1, differ: [] } },
  { name: 'ours, encoded and not sent', setup: 'encode', sampled: true },
  { name: 'ours, ended and not kept', setup: 'drop', sampled: true },
  { name: 'ours, not sampled', setup: 'ours', sampled: false },
  { name: 'ours, SDK off, headers carried', setup: 'ours', sampled: true, env: { OTEL_SDK_DISABLED: 'true' } },
  {
    name: 'ours with TRACE_INSTRUMENTATION=stock',
    setup: 'ours',
    sampled: true,
    env: { TRACE_INSTRUMENTATION: 'stock' },
    spans: { count: 1, differ: [] },
  },
  { name: STOCK, setup: 'stock', sampled: true, ...STOCK_SPANS },
  { name: `${STOCK}, not sampled`, setup: 'stock', sampled: false },
  { name: 'auto-instrumentations-node', setup: 'auto', sampled: true, ...AUTO, ...AUTO_SPANS },
  { name: 'dd-trace', setup: 'dd-trace', sampled: true, ...DD_TRACE },
]

/** What can be measured here: dd-trace only where `DD_TRACE` says in which folder it is. */
export const VARIANTS = ALL.filter(({ setup }) => setup !== 'dd-trace' || process.env['DD_TRACE'] !== undefined)
