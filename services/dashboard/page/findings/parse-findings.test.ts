import { describe, expect, it } from 'vitest'
import { parseBreaks, parseFindings } from './parse-findings.js'

const finding = {
  id: 'TLV104',
  level: 'error',
  suspected: false,
  hop: 'counting',
  title: 'a stale header wins',
  seen: ['two parents'],
  cause: 'the order of propagators',
  fixes: ['put B3 first'],
}
const report = {
  outcome: 'failed',
  path: [
    { service: 'dashboard', proxy: false },
    { service: 'dashboard-sidecar', proxy: true },
  ],
  findings: [{ ...finding, break: { after: 'dashboard-sidecar', before: 'counting' } }],
  traceIds: ['AF7E'.repeat(8)],
  unseen: ['configuration'],
}

describe('the answer of /api/findings', () => {
  it('is read as it is documented', () => {
    expect(parseFindings({ state: 'done', at: null, error: null, report })).toEqual({
      state: 'done',
      error: null,
      report: {
        outcome: 'failed',
        path: ['dashboard', 'dashboard-sidecar'],
        breaksAfter: 'dashboard-sidecar',
        findings: [finding],
        traceId: 'af7e'.repeat(8),
        unseen: ['configuration'],
      },
    })
  })

  it.each([undefined, null, [], 'done', {}, { state: 'lost' }, { state: 7 }])('is ignored when it is %j', (body) => {
    expect(parseFindings(body)).toBeUndefined()
  })

  it.each([
    ['no report', { state: 'running', report: null }],
    ['an unknown outcome', { state: 'done', report: { ...report, outcome: 'perhaps' } }],
  ])('has no report with %s', (_what, body) => {
    expect(parseFindings(body)?.report).toBeNull()
  })

  it('leaves out findings that it can’t read, and cuts texts that are too long', () => {
    const findings = [
      null,
      { id: 'TLV1' },
      { ...finding, level: 'fatal' },
      { ...finding, cause: 'x'.repeat(5000), fixes: 'x' },
    ]
    const read = parseFindings({ state: 'done', report: { ...report, findings } })?.report?.findings
    expect(read?.map(({ id, cause, fixes }) => [id, cause.length, fixes])).toEqual([['TLV104', 600, []]])
  })
})

describe('the answer of /api/mesh/breaks', () => {
  it('is read as it is documented', () => {
    const breaks = [{ id: 'TLV104', title: 'Propagators in the wrong order', situation: 'Both read W3C first.' }]
    expect(parseBreaks({ breaks, current: 'TLV104', changing: true, error: null })).toEqual({
      breaks,
      current: 'TLV104',
      changing: true,
      error: null,
    })
  })

  it.each([undefined, null, [], { code: 'TL_CONTROLS_OFF' }, { breaks: 'none' }])(
    'is ignored when it is %j',
    (body) => {
      expect(parseBreaks(body)).toBeUndefined()
    },
  )

  it('leaves out breaks without an id', () => {
    const read = parseBreaks({ breaks: [{ title: 'a' }, null, { id: 'x' }] })
    expect(read?.breaks).toEqual([{ id: 'x', title: 'x', situation: '' }])
    expect(read?.current).toBeNull()
  })
})
