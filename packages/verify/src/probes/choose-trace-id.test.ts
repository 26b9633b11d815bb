import { ROOT_CONTEXT } from '@opentelemetry/api'
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { SAMPLED_KINDS } from '../evidence/analyse.ts'
import { planProbe } from './plan-probes.ts'

const below = (value: bigint, bits: number, ratio: number): boolean => Number(value) < ratio * 2 ** bits
const word = (id: string, byte: number): bigint => BigInt(`0x${id.slice(2 * byte, 2 * byte + 16)}`)
const absolute = (value: bigint): bigint => (value < 0n ? -value : value)
const signed = (value: bigint): bigint => absolute(BigInt.asIntN(64, value))
const reversed = (id: string): string => Buffer.from(Buffer.from(id, 'hex').toReversed()).toString('hex')

/** Whether a ratio sampler keeps a trace, as each SDK decides it. */
const samplers: Record<string, (id: string, ratio: number) => boolean> = {
  JavaScript: (id, ratio) =>
    new TraceIdRatioBasedSampler(ratio).shouldSample(ROOT_CONTEXT, id).decision === SamplingDecision.RECORD_AND_SAMPLED,
  'Go, Python, Ruby': (id, ratio) => below(word(id, 8), 64, ratio),
  'older Go': (id, ratio) => below(word(id, 0), 64, ratio),
  Java: (id, ratio) => below(signed(word(id, 8)), 63, ratio),
  '.NET': (id, ratio) => below(signed(word(id, 0)), 63, ratio),
  'C++': (id, ratio) => below(word(reversed(id), 8), 64, ratio),
  consistent: (id, ratio) => !below(BigInt.asUintN(56, word(id, 8)), 56, 1 - ratio),
}

const idOf = (kind: (typeof SAMPLED_KINDS)[number], repeat: number): string =>
  planProbe(kind, repeat).contexts[0]?.traceId ?? ''

describe.each(Object.entries(samplers))('a ratio sampler of %s', (_, keeps) => {
  it.each([0.01, 0.1, 0.5, 0.9, 0.99])('at %d differs between repeats of two kinds of probes or more', (ratio) => {
    for (let repeat = 1; repeat < 5; repeat++) {
      const differing = SAMPLED_KINDS.filter(
        (kind) => keeps(idOf(kind, repeat), ratio) !== keeps(idOf(kind, repeat + 1), ratio),
      )
      expect(differing.length).toBeGreaterThanOrEqual(2)
    }
  })
})

describe('a trace id', () => {
  it('is used once, and is random where no sampler needs it to be chosen', () => {
    const ids = Array.from({ length: 500 }, (_, i) => idOf('w3c', i))
    expect(new Set(ids).size).toBe(500)
    for (const byte of [2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15]) {
      expect(new Set(ids.map((id) => id.slice(2 * byte, 2 * byte + 2))).size).toBeGreaterThan(150)
    }
  })
})
