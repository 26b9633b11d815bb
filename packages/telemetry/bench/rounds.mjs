// @ts-check
import { quartileOf, shuffled, spreadOf } from './statistics.mjs'
import { startVariant } from './variant-server.mjs'

/** @typedef {import('./variant-server.mjs').Slice} Slice */

/**
 * Measures variants side by side. In each round all of them run at once and take turns on the measured core, in a new
 * order each pass, so that whatever else the machine does hits every variant alike.
 * @param {readonly import('./variants.mjs').Variant[]} variants
 * @param {{ rounds: number, passes: number, requests: number, onSlice?: () => void } & import('./variant-server.mjs').ServerLoad} options
 * @returns {Promise<Map<string, Slice>[]>} for each round, each variant's calm slices in one
 */
export async function measureRounds(variants, { rounds, passes, requests, onSlice, ...load }) {
  const results = []
  for (let round = 0; round < rounds; round += 1) {
    const servers = []
    for (const variant of variants) {
      servers.push({
        name: variant.name,
        server: await startVariant(variant, load),
        slices: /** @type {Slice[]} */ ([]),
      })
    }
    for (let pass = 0; pass < passes; pass += 1) {
      for (const { server, slices } of shuffled(servers)) {
        slices.push(await server.measure(requests))
        onSlice?.()
      }
    }
    for (const { server } of servers) await server[Symbol.asyncDispose]()
    results.push(new Map(servers.map(({ name, slices }) => [name, calmSlice(slices)])))
  }
  return results
}

/**
 * The lower quartile of what a variant used: whatever else runs on the machine only ever adds to it, and the same share
 * is left out for each variant.
 * @param {readonly Slice[]} slices
 * @returns {Slice}
 */
function calmSlice(slices) {
  /** @param {(slice: Slice) => number} read */
  const leastOf = (read) => quartileOf(slices.map(read))
  /** @param {(slice: Slice) => number} read */
  const middleOf = (read) => spreadOf(slices.map(read)).median
  return {
    cpu: leastOf(({ cpu }) => cpu),
    rate: 1 / leastOf(({ rate }) => 1 / rate),
    rss: middleOf(({ rss }) => rss),
    buffers: middleOf(({ buffers }) => buffers),
    busy: middleOf(({ busy }) => busy),
    gc: middleOf(({ gc }) => gc),
    p50: middleOf(({ p50 }) => p50),
    p99: middleOf(({ p99 }) => p99),
    spans: middleOf(({ spans }) => spans),
    lost: slices.reduce((sum, { lost }) => sum + lost, 0),
  }
}
