// @ts-check
/**
 * @typedef {object} ExporterCase
 * @property {string} name as the table shows it
 * @property {'ours' | 'stock'} setup
 * @property {number} rate spans a second
 * @property {number} [delayMs] what the collector takes to answer
 */

const RATE = 26_000

/** @type {readonly ExporterCase[]} */
export const STEADY = [
  { name: 'ours', setup: 'ours', rate: RATE },
  { name: 'ours, collector takes 20 ms', setup: 'ours', rate: RATE, delayMs: 20 },
  { name: 'the SDK’s defaults', setup: 'stock', rate: RATE },
  { name: 'the SDK’s defaults, collector takes 20 ms', setup: 'stock', rate: RATE, delayMs: 20 },
]
