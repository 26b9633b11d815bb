// @ts-check
import { shuffled, spreadOf } from './statistics.mjs'
import { startVariant } from './variant-server.mjs'

/** @typedef {import('./variant-server.mjs').Slice} Slice */

/**
 * Measures variants side by side. In each round all of them run at once and take turns on the measured core, in a new
 * order each pass, so that whatever else the machine does hits every variant alike.
 * @param {readonly import('./variants.mjs').Variant[]} variants
 * @param {{ rounds: number, passes: number, requests: number, onSlice?: () => void }} options
 * @returns {Promise<Map<string, Slice>[]>} for each round, each variant's median slice
 */
export async function measureRounds(variants, { rounds, passes, requests, onSlice }) {
  const results = []
  for (let round = 0; round < rounds; round += 1) {
    const servers = []
    for (const variant of variants) {
      servers.push({ name: variant.name, server: await startVariant(variant), slices: /** @type {Slice[]} */ ([]) })
    }
    for (let pass = 0; pass < passes; pass += 1) {
      for (const { server, slices } of shuffled(servers)) {
        slices.push(await server.measure(requests))
        onSlice?.()
      }
    }
    for (const { server } of servers) await server[Symbol.asyncDispose]()
    results.push(new Map(servers.map(({ name, slices }) => [name, medianSlice(slices)])))
  }
  return results
}

/**
 * @param {Slice[]} slices
 * @returns {Slice}
 */
function medianSlice(slices) {
  /** @param {(slice: Slice) => number} read */
  const median = (read) => spreadOf(slices.map(read)).median
  return {
    cpu: median(({ cpu }) => cpu),
    rate: median(({ rate }) => rate),
    rss: median(({ rss }) => rss),
    spans: median(({ spans }) => spans),
    lost: slices.reduce((sum, { lost }) => sum + lost, 0),
  }
}
