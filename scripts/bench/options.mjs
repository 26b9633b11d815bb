// @ts-check
const text = /** @type {const} */ ({ type: 'string' })

/**
 * Flags of single benchmarks beside `--write-docs`; one that is not named has none.
 * @type {Record<string, Record<string, { type: 'string', multiple?: boolean }>>}
 */
export const BENCH_OPTIONS = {
  propagation: { rounds: text, times: text },
  telemetry: {
    part: text,
    rounds: text,
    passes: text,
    requests: text,
    'warm-up': text,
    only: { type: 'string', multiple: true },
  },
  outage: { rate: text, seconds: text, from: text, to: text, only: text },
  soak: { seconds: text },
}
