import { describe, expect, it } from 'vitest'
import { sketchPath } from '../evidence.test-support.ts'
import { EVIDENCE_SCHEMA } from './evidence.ts'
import { parseEvidence } from './parse-evidence.ts'

describe('parseEvidence', () => {
  it('reads what this version saves', () => {
    const evidence = sketchPath()
    expect(parseEvidence(JSON.stringify(evidence))).toEqual(evidence)
  })

  it('reads what was saved before clusters were read', () => {
    const { cluster: _, ...rest } = sketchPath()
    const listener = { name: 'inbound', direction: 'inbound', http: [], tcp: false, error: null }
    const envoy = { node: 'cart', version: null, listeners: [listener], collectors: [], listenerUpdatesRejected: 0 }
    const read = parseEvidence(JSON.stringify({ ...rest, schema: 1, envoys: [{ ...envoy, rbacDenied: 0 }] }))
    expect(read).toMatchObject({ schema: EVIDENCE_SCHEMA, cluster: null })
    expect(read.envoys[0]?.listeners[0]?.ports).toEqual([])
  })

  it.each([
    [{ schema: EVIDENCE_SCHEMA + 1 }, /version 3 of the evidence, this program reads version 2/],
    [{ schema: undefined }, /holds no evidence/],
    [{ spans: undefined }, /parts of the evidence are missing: spans/],
    [{ backend: null }, /parts of the evidence are missing/],
    [{ probes: [null] }, /missing: probes\[0\]\.kind/],
    [{ spans: [{ traceId: 'a', spanId: 'b', service: 'c', startUs: '1', durationUs: 0 }] }, /spans\[0\]\.startUs/],
    [{ envoys: [{ node: 'a', listeners: [] }] }, /envoys\[0\]\.collectors/],
  ])('refuses %o', (change, message) => {
    expect(() => parseEvidence(JSON.stringify({ ...sketchPath(), ...change }))).toThrow(message)
  })

  it.each([
    ['', /^the file is empty$/],
    ['{"schema":2', /^the file is not JSON, or only a part of it$/],
    ['[]', /holds no evidence/],
    ['null', /holds no evidence/],
  ])('refuses the text %j', (text, message) => {
    expect(() => parseEvidence(text)).toThrow(message)
  })
})
