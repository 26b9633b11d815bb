// @ts-check
import { intervalOf, medianOf, quartileOf } from './statistics.mjs'
import { STOCK } from './variants.mjs'

/** @typedef {import('./variant-server.mjs').Slice} Slice */
/** @typedef {import('./rounds.mjs').Measured} Measured */
/** @typedef {{ own: Slice, plain: Slice, stock: Slice | undefined }} Block slices of one pass */

/**
 * One variant's figures over all blocks; differences and ratios are taken within a pass.
 * @param {string} variant
 * @param {readonly Map<string, Measured>[]} rounds
 */
export function summarize(variant, rounds) {
  const all = rounds.map((measured) => blocksOf(measured, variant))
  /** @param {(block: Block) => number} read */
  const interval = (read) => intervalOf(all, (blocks) => medianOf(blocks.map(read)))
  const calmOwn = calmAdded(all.flat(), ({ own }) => own.cpu)
  const hasStock = all[0]?.[0]?.stock !== undefined
  return {
    variant,
    /** CPU of a request, µs. */
    cpuMicros: interval(({ own }) => own.cpu),
    /** The same, over plain. */
    addedMicros: interval(({ own, plain }) => own.cpu - plain.cpu),
    /** What is added, as a share of what stock http + express adds. */
    ...(hasStock && { shareOfStock: intervalOf(all, shareOfStock) }),
    /** The same figures of the calmest quarter of each variant's blocks: what else runs on the machine only ever adds. */
    calm: {
      addedMicros: calmOwn,
      ...(hasStock && { shareOfStock: calmOwn / calmAdded(all.flat(), ({ stock }) => stock?.cpu ?? NaN) }),
    },
    /** Requests a second, as a share of plain's. */
    throughput: interval(({ own, plain }) => own.rate / plain.rate),
    /** The share of plain's throughput that the CPU alone allows: not disturbed by what else runs on the core. */
    cpuShare: interval(({ own, plain }) => plain.cpu / own.cpu),
    /** Resident memory, as a multiple of plain's. */
    memory: interval(({ own, plain }) => own.rss / plain.rss),
    /** The same in megabytes, and those of them outside of V8's heap, where our encoded spans are. */
    megabytes: interval(({ own }) => own.rss / 1e6),
    bufferMegabytes: interval(({ own }) => own.buffers / 1e6),
    ...loadFigures(all),
    /** The same at the fixed rate, one block a round. */
    half: halfFigures(rounds, variant),
    /** Spans of a request. */
    spans: medianOf(all.flat().map(({ own }) => own.spans)),
    /** Spans that never reached the collector, all blocks together. */
    lost: all.flat().reduce((sum, { own }) => sum + own.lost, 0),
  }
}

/** @param {readonly (readonly Block[])[]} all */
function loadFigures(all) {
  /** @param {(slice: Slice) => number} read */
  const interval = (read) => intervalOf(all, (blocks) => medianOf(blocks.map(({ own }) => read(own))))
  return {
    /** Requests a second. */
    rate: interval(({ rate }) => rate),
    /** Share of the time that the event loop is busy. */
    busy: interval(({ busy }) => busy),
    /** Collecting garbage, µs a request. */
    gcMicros: interval(({ gcMicros }) => gcMicros),
    /** Milliseconds of a request; at a fixed rate, from when it was due. */
    p50: interval(({ p50 }) => p50),
    p99: interval(({ p99 }) => p99),
  }
}

/**
 * @param {readonly Map<string, Measured>[]} rounds
 * @param {string} variant
 */
function halfFigures(rounds, variant) {
  const all = rounds.map((measured) => {
    const half = measuredOf(measured, variant).half
    return half === undefined ? [] : [{ own: half, plain: half, stock: undefined }]
  })
  return all.flat().length === 0
    ? undefined
    : { cpuMicros: intervalOf(all, (blocks) => medianOf(blocks.map(({ own }) => own.cpu))), ...loadFigures(all) }
}

/** @param {readonly Block[]} blocks */
function shareOfStock(blocks) {
  return (
    medianOf(blocks.map(({ own, plain }) => own.cpu - plain.cpu)) /
    medianOf(blocks.map(({ stock, plain }) => (stock?.cpu ?? NaN) - plain.cpu))
  )
}

/**
 * @param {readonly Block[]} blocks
 * @param {(block: Block) => number} read
 */
function calmAdded(blocks, read) {
  return quartileOf(blocks.map(read)) - quartileOf(blocks.map(({ plain }) => plain.cpu))
}

/**
 * @param {Map<string, Measured>} measured
 * @param {string} variant
 * @returns {Block[]}
 */
function blocksOf(measured, variant) {
  const plain = measuredOf(measured, 'plain').blocks
  const stock = measured.get(STOCK)?.blocks
  return measuredOf(measured, variant).blocks.map((own, pass) => ({
    own,
    plain: plain[pass] ?? own,
    stock: stock?.[pass],
  }))
}

/**
 * @param {Map<string, Measured>} measured
 * @param {string} variant
 */
function measuredOf(measured, variant) {
  const found = measured.get(variant)
  if (found === undefined) throw new Error(`${variant} was not measured`)
  return found
}
