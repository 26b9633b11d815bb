import { describe, expect, it } from 'vitest'
import { sketchEvidence, sketchPath } from '../evidence.test-support.ts'
import { catalogue } from '../findings/catalogue.ts'
import { formatJson } from './format-json.ts'
import { formatJunit } from './format-junit.ts'
import { formatMarkdown } from './format-markdown.ts'
import { formatText } from './format-text.ts'
import { createReport } from './report.ts'

const broken = createReport(sketchPath({ cut: true }))
const wholeReport = createReport(sketchPath(), { expect: ['frontend', 'cart'] })
const nothing = createReport(sketchEvidence())

describe('the outcome', () => {
  it('fails with a finding at the level, passes below it, and is unknown without evidence', () => {
    expect([broken.outcome, wholeReport.outcome, nothing.outcome]).toEqual(['failed', 'passed', 'unknown'])
    const down = sketchEvidence({ backend: { kind: 'jaeger', searchable: true, failure: 'connection refused' } })
    expect(createReport(down).outcome).toBe('unknown')
  })

  it('is unknown with a suspected error, and fails where warnings fail', () => {
    const evidence = sketchPath({ cut: true })
    const suspected = { ...evidence, probes: evidence.probes.filter(({ kind }) => kind === 'w3c') }
    expect(createReport(suspected).outcome).toBe('unknown')
    expect(createReport(suspected, { level: 'warning' }).outcome).toBe('failed')
  })

  it('fails when the path lacks an expected service, or has another order', () => {
    expect(wholeReport.expectation).toEqual({ expected: ['frontend', 'cart'], found: ['frontend', 'cart'], met: true })
    expect(createReport(sketchPath(), { expect: ['cart', 'frontend'] }).outcome).toBe('failed')
    expect(createReport(sketchPath(), { expect: ['frontend', 'db'] }).outcome).toBe('failed')
  })
})

describe('text', () => {
  it('shows the broken path, the evidence, the cause and the fix on one screen', () => {
    const text = formatText(broken)
    const lines = text.split('\n')
    expect(lines[0]).toBe('frontend ═ ✂ ═ frontend-sidecar ─► cart-sidecar ─► cart')
    expect(lines[1]).toMatch(/^14 of 14 probes left spans, trace [0-9a-f]{32}$/)
    expect(text).toMatch(/^TLV101 {2}error {3}frontend: the app does not propagate context$/m)
    expect(text).toMatch(/^ {2}seen {3}frontend’s CLIENT span/m)
    expect(text).toMatch(/^ {2}cause /m)
    expect(text).toMatch(/^ {2}fix {4}load the SDK before anything else/m)
    expect(lines.length).toBeLessThan(40)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  it('reports a whole trace, and what is unknown', () => {
    expect(formatText(wholeReport)).toContain('The trace is whole: nothing was found that breaks it.')
    expect(formatText(nothing)).toMatch(/^no path was found$/m)
    expect(formatText(nothing)).toContain('Could not tell: no spans of the probes were found.')
    expect(formatText(nothing)).toMatch(/decides `--envoy`/)
  })

  it('has color only on request', () => {
    const escape = String.fromCodePoint(27)
    expect(formatText(broken)).not.toContain(escape)
    expect(formatText(broken, { color: true })).toContain(escape)
  })
})

describe('JSON', () => {
  it('has a version, and everything that a program needs', () => {
    expect(JSON.parse(formatJson(broken))).toMatchObject({
      schema: 1,
      tool: 'throughline',
      outcome: 'failed',
      path: [{ service: 'frontend', proxy: false }, { service: 'frontend-sidecar', proxy: true }, {}, {}],
      findings: [
        {
          id: 'TLV101',
          level: 'error',
          suspected: false,
          hop: 'frontend',
          sources: ['S', 'D'],
          break: { after: 'frontend' },
        },
      ],
      probes: { sent: 14, answered: 14, withSpans: 14 },
    })
  })
})

describe('JUnit', () => {
  it('has a case for each finding: failed, or skipped when unknown', () => {
    const xml = formatJunit(broken, { rules: catalogue })
    expect(xml).toContain(`tests="${catalogue.length - 2}" failures="1" skipped="0"`)
    expect(xml).toMatch(
      /name="TLV101 the app does not propagate context">\n +<failure message="frontend: the app does not/,
    )
    expect(formatJunit(wholeReport, { rules: catalogue })).toContain('failures="0" skipped="0"')
    expect(formatJunit(nothing, { rules: catalogue })).toContain(`failures="0" skipped="${catalogue.length - 2}"`)
  })

  it('escapes service names', () => {
    const evidence = sketchPath({ cut: true })
    const spans = evidence.spans.map((span) => ({ ...span, service: `${span.service}<&"\u0001>` }))
    const xml = formatJunit(createReport({ ...evidence, spans }), { rules: catalogue })
    expect(xml).toContain('frontend&lt;&amp;&quot;&gt;')
    expect(xml).not.toContain('\u0001')
  })
})

describe('Markdown', () => {
  it('has the path and each finding, and escapes markup', () => {
    const evidence = sketchPath({ cut: true })
    const spans = evidence.spans.map((span) => ({ ...span, service: span.service.replace('cart', '<b>[cart](x)') }))
    const text = formatMarkdown(createReport({ ...evidence, spans }))
    expect(text).toMatch(/^## Trace of http:\/\/shop\.local\/cart: the trace is broken$/m)
    expect(text).toMatch(/^### TLV101 error: frontend: the app does not propagate context$/m)
    const prose = text.replace(/```text\n[^]*?```/, '')
    expect(prose).not.toMatch(/(?<!\\)<b>|(?<!\\)\[cart/)
  })
})
