// @ts-check
import { spreadOf } from './statistics.mjs'

/** @typedef {import('./variant-server.mjs').Slice} Slice */

/**
 * One variant's figures over all rounds; differences and ratios are taken within a round.
 * @param {string} variant
 * @param {readonly Map<string, Slice>[]} rounds
 */
export function summarize(variant, rounds) {
  const pairs = rounds.map((slices) => ({ own: sliceOf(slices, variant), plain: sliceOf(slices, 'plain') }))
  /** @param {(pair: { own: Slice, plain: Slice }) => number} read */
  const spread = (read) => spreadOf(pairs.map(read))
  return {
    variant,
    /** CPU of a request, µs. */
    cpuMicros: spread(({ own }) => own.cpu),
    /** The same, over plain. */
    addedMicros: spread(({ own, plain }) => own.cpu - plain.cpu),
    /** Requests a second, as a share of plain's. */
    throughput: spread(({ own, plain }) => own.rate / plain.rate),
    /** The share of plain's throughput that the CPU alone allows: not disturbed by what else runs on the core. */
    cpuShare: spread(({ own, plain }) => plain.cpu / own.cpu),
    /** Resident memory, as a multiple of plain's. */
    memory: spread(({ own, plain }) => own.rss / plain.rss),
    /** The same in megabytes, and those of them outside of V8's heap, where our encoded spans are. */
    megabytes: spread(({ own }) => own.rss / 1e6),
    bufferMegabytes: spread(({ own }) => own.buffers / 1e6),
    /** Shares of the time that the event loop is busy, and that garbage is collected. */
    busy: spread(({ own }) => own.busy),
    gc: spread(({ own }) => own.gc),
    /** Milliseconds of a request; at a fixed rate, from when it was due. */
    p50: spread(({ own }) => own.p50),
    p99: spread(({ own }) => own.p99),
    /** Spans of a request. */
    spans: spread(({ own }) => own.spans).median,
    /** Spans that never reached the collector, all rounds together. */
    lost: pairs.reduce((sum, { own }) => sum + own.lost, 0),
  }
}

/**
 * @param {Map<string, Slice>} slices
 * @param {string} variant
 */
function sliceOf(slices, variant) {
  const slice = slices.get(variant)
  if (slice === undefined) throw new Error(`${variant} was not measured`)
  return slice
}
