import { describe, expect, it } from 'vitest'
import { parseFault } from './faults.ts'

describe('the fault in a request', () => {
  it.each([
    ['throughline-fault=delay:250', { kind: 'delay', ms: 250 }],
    ['a=b,throughline-fault=error:0.5', { kind: 'error', share: 0.5 }],
    ['throughline-fault=error:1', { kind: 'error', share: 1 }],
    ['throughline-fault=trickle:900', { kind: 'trickle', ms: 900 }],
    ['throughline-fault=crash', { kind: 'crash' }],
  ])('is read from %s', (baggage, fault) => {
    expect(parseFault(baggage)).toEqual(fault)
  })

  it.each([
    undefined,
    '',
    'other=crash',
    'throughline-fault=delay:60001',
    'throughline-fault=trickle:60001',
    'throughline-fault=delay:-1',
    'throughline-fault=error:2',
    'throughline-fault=explode',
    'throughline-fault=error:0x1',
  ])('is absent from %s', (baggage) => {
    expect(parseFault(baggage)).toBeUndefined()
  })
})
