import { describe, expect, it } from 'vitest'
import { sketchPath } from '../evidence.test-support.ts'
import { catalogue } from '../findings/catalogue.ts'
import { formatJson } from './format-json.ts'
import { formatJunit } from './format-junit.ts'
import { formatMarkdown } from './format-markdown.ts'
import { formatText } from './format-text.ts'
import { createReport, type Report } from './report.ts'

const FORMATS: [string, (report: Report) => string][] = [
  ['text', (report) => formatText(report, { width: 10_000 })],
  ['markdown', formatMarkdown],
  ['junit', (report) => formatJunit(report, { rules: catalogue })],
  ['json', formatJson],
]

/** The report of a broken path on which a service has this name. */
function reportOf(name: string): Report {
  const evidence = sketchPath({ cut: true })
  const rename = (service: string): string => (service === 'frontend' ? name : service)
  return createReport({
    ...evidence,
    spans: evidence.spans.map((span) => ({ ...span, service: rename(span.service) })),
  })
}

describe.each(FORMATS)('a name that a stranger chose, in %s', (_format, format) => {
  it.each([
    ['an escape that clears the screen', 'a\u001b[2Jb'],
    ['an escape of eight bits', 'a\u009b2Jb'],
    ['a line of its own', 'a\nTLV101  error   another\r\nb'],
    ['a mark that reverses what follows', 'a\u202eb'],
    ['a character that XML has not', 'a\uffffb\u0000'],
    ['half of a pair', 'a\ud800b'],
  ])('%s does no more than a letter', (_what, name) => {
    const lines = format(reportOf(name)).split('\n')
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cs}\u202e\uffff]/u)
    expect(lines.filter((line) => line.startsWith('TLV101  error   another'))).toEqual([])
    expect(lines.length).toBe(format(reportOf('a')).split('\n').length)
  })
})

describe('a name that is markup', () => {
  it.each(['```', '`````', 'a```b````'])('does not end the block of the path in Markdown: %s', (name) => {
    const lines = formatMarkdown({ ...reportOf('a'), path: [{ service: name, proxy: false }] }).split('\n')
    const at = lines.indexOf(name)
    const [, mark = ''] = /^(`+)text$/.exec(lines[at - 1] ?? '') ?? []
    expect(mark.length).toBeGreaterThanOrEqual(3)
    expect(name).not.toContain(mark)
    expect(lines[at + 1]).toBe(mark)
  })

  it.each(['| a | b |', '<img src=x>', '[x](http://evil)', '**x**', '`x`'])('stays text in Markdown: %s', (name) => {
    const [heading] = formatMarkdown(reportOf(name))
      .split('\n')
      .filter((line) => line.startsWith('### '))
    expect(heading).toContain(name.replaceAll(/[`*[\]<>|]/g, '\\$&'))
  })

  it('stays text in JUnit', () => {
    const text = formatJunit(reportOf('"><failure/>]]>&amp;'), { rules: catalogue })
    expect(text).toContain('&quot;&gt;&lt;failure/&gt;]]&gt;&amp;amp;')
  })
})
