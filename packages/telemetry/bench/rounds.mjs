// @ts-check
import { requireSameSpans } from './compare-spans.mjs'
import { medianOf, shuffled } from './statistics.mjs'
import { startVariant } from './variant-server.mjs'

/** @typedef {import('./variant-server.mjs').Slice} Slice */

/** Flags of a bench that measures in rounds, for `parseArgs`. */
export const ROUND_OPTIONS = /** @type {const} */ ({
  rounds: { type: 'string', default: '4' },
  passes: { type: 'string', default: '12' },
  requests: { type: 'string', default: '4096' },
  'warm-up': { type: 'string', default: '32000' },
})

/**
 * @typedef {object} Measured one variant in one round
 * @property {Slice[]} blocks one for each pass
 * @property {Slice} [half] at half of what the slowest peer answers
 */

/**
 * Measures variants side by side. In each round all of them run at once and take turns on the measured core, in a new
 * order each pass, so that whatever else the machine does hits every variant alike. Throws when the spans of a peer are
 * not those of ours.
 * @param {readonly import('./variants.mjs').Variant[]} variants
 * @param {{ rounds: number, passes: number, requests: number, rate: number | undefined, onSlice?: () => void } & import('./variant-server.mjs').ServerLoad} options
 * @returns {Promise<{ rounds: Map<string, Measured>[], halfRate: number | undefined }>} `halfRate`: requests a second
 */
export async function measureRounds(variants, { rounds, passes, requests, rate, onSlice, ...load }) {
  const results = []
  /** @type {number | undefined} */
  let halfRate
  for (let round = 0; round < rounds; round += 1) {
    const servers = []
    for (const variant of variants)
      servers.push({
        variant,
        server: await startVariant(variant, load),
        measured: /** @type {Measured} */ ({ blocks: [] }),
      })
    requireSameSpans(new Map(servers.map(({ variant, server }) => [variant.name, server.shape])), variants)
    for (let pass = 0; pass < passes; pass += 1) {
      for (const { server, measured } of shuffled(servers)) {
        measured.blocks.push(await server.measure(requests, rate))
        onSlice?.()
      }
    }
    const peers = servers.filter(({ variant }) => variant.isPeer === true)
    halfRate ??= halfOf(peers.map(({ measured }) => measured.blocks))
    for (const { server, measured } of rate === undefined ? shuffled(peers) : []) {
      measured.half = await server.measure(requests, halfRate)
      onSlice?.()
    }
    for (const { server } of servers) await server[Symbol.asyncDispose]()
    results.push(new Map(servers.map(({ variant, measured }) => [variant.name, measured])))
  }
  return { rounds: results, halfRate: rate === undefined ? halfRate : undefined }
}

/**
 * Half of what the slowest answers, in hundreds: a rate that every peer keeps up with.
 * @param {Slice[][]} peers
 */
function halfOf(peers) {
  const slowest = Math.min(...peers.map((blocks) => medianOf(blocks.map(({ rate }) => rate))))
  return Math.max(100, Math.round(slowest / 200) * 100)
}
