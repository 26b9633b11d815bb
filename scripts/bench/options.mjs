// @ts-check
const text = /** @type {const} */ ({ type: 'string' })
const flag = /** @type {const} */ ({ type: 'boolean' })

/**
 * Flags of single benchmarks beside `--write-docs`; one that is not named has none.
 * @type {Record<string, Record<string, { type: 'string' | 'boolean', multiple?: boolean }>>}
 */
export const BENCH_OPTIONS = {
  propagation: { nodes: text, rounds: text, times: text },
  telemetry: {
    nodes: text,
    rounds: text,
    passes: text,
    requests: text,
    'warm-up': text,
    handler: text,
    headers: text,
    rate: text,
    only: { type: 'string', multiple: true },
    peers: flag,
  },
  exporter: { nodes: text, seconds: text, only: text },
  outage: { rate: text, seconds: text, from: text, to: text, only: text },
  growth: {
    nodes: text,
    rates: text,
    headers: text,
    seconds: text,
    'warm-up': text,
    'replica-rate': text,
    'replica-seconds': text,
  },
  'semi-space': { nodes: text, rounds: text, passes: text, requests: text, 'warm-up': text },
  start: { nodes: text, rounds: text },
  soak: { seconds: text },
}

/** Flags that leave a benchmark whole: what it measures with them may be kept. */
export const WHOLE = new Set(['nodes'])
