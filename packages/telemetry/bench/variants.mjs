// @ts-check
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Variant
 * @property {string} name as the table shows it
 * @property {'plain' | 'ours' | 'drop' | 'encode' | 'stock' | 'auto'} setup what `server.mjs` starts before Express
 * @property {boolean} sampled whether callers say so
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string[]} [execArgv]
 */

const AUTO = {
  execArgv: ['--require', fileURLToPath(import.meta.resolve('@opentelemetry/auto-instrumentations-node/register'))],
  // All the others ask the networks of cloud providers.
  env: { OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process' },
}

/** @type {readonly Variant[]} */
export const VARIANTS = [
  { name: 'plain', setup: 'plain', sampled: true },
  { name: 'ours', setup: 'ours', sampled: true },
  { name: 'ours, encoded and not sent', setup: 'encode', sampled: true },
  { name: 'ours, ended and not kept', setup: 'drop', sampled: true },
  { name: 'ours, not sampled', setup: 'ours', sampled: false },
  { name: 'ours, SDK off, headers carried', setup: 'ours', sampled: true, env: { OTEL_SDK_DISABLED: 'true' } },
  {
    name: 'ours with TRACE_INSTRUMENTATION=stock',
    setup: 'ours',
    sampled: true,
    env: { TRACE_INSTRUMENTATION: 'stock' },
  },
  { name: 'stock http + express', setup: 'stock', sampled: true },
  { name: 'stock http + express, not sampled', setup: 'stock', sampled: false },
  { name: 'auto-instrumentations-node', setup: 'auto', sampled: true, ...AUTO },
  { name: 'auto-instrumentations-node, not sampled', setup: 'auto', sampled: false, ...AUTO },
]
