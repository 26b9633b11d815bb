// @ts-check
/**
 * @typedef {object} ExporterCase
 * @property {string} name as the table shows it
 * @property {'ours' | 'stock'} setup
 * @property {number} rate spans a second
 * @property {number} seconds
 * @property {number} [delayMs] what the collector takes to answer
 * @property {{ from: number, to: number }} [outage] seconds between which nothing listens
 */

const FAST = { rate: 26_000, seconds: 10 }
const OUTAGE = { rate: 5000, seconds: 20, outage: { from: 4, to: 14 } }

/** @type {readonly ExporterCase[]} */
export const STEADY = [
  { name: 'ours', setup: 'ours', ...FAST },
  { name: 'ours, collector takes 20 ms', setup: 'ours', ...FAST, delayMs: 20 },
  { name: 'the SDK’s defaults', setup: 'stock', ...FAST },
  { name: 'the SDK’s defaults, collector takes 20 ms', setup: 'stock', ...FAST, delayMs: 20 },
]

/** @type {readonly ExporterCase[]} */
export const INTERRUPTED = [
  { name: 'ours', setup: 'ours', ...OUTAGE },
  { name: 'the SDK’s defaults', setup: 'stock', ...OUTAGE },
]
