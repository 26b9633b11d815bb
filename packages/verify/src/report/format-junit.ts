import type { Level, Rule } from '../findings/finding.ts'
import { type Finding, severity } from '../findings/judge.ts'
import { formatWhere } from './format-object.ts'
import type { Report } from './report.ts'

interface TestCase {
  name: string
  failure?: { message: string; text: string }
  /** Why it is unknown. */
  skipped?: string
}

const THRESHOLD: Record<Level, number> = { error: 3, warning: 2, note: 1 }

/** One test case for each finding that was looked for: failed where it was found at or above the level. */
export function formatJunit(report: Report, options: { rules: readonly Rule[]; level?: Level }): string {
  const { rules, level = 'error' } = options
  const looked = rules.filter(({ id }) => !id.startsWith('TLV9'))
  const cases = [...looked.map((rule) => caseOf(rule, report, THRESHOLD[level])), ...expectationCase(report)]
  const failures = cases.filter(({ failure }) => failure !== undefined).length
  const skipped = cases.filter((testCase) => testCase.skipped !== undefined).length
  const name = escape(`throughline verify ${report.url}`)
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${name}" tests="${cases.length}" failures="${failures}" skipped="${skipped}">
${cases.map(formatCase).join('\n')}
  </testsuite>
</testsuites>
`
}

function caseOf({ id, title }: Rule, report: Report, threshold: number): TestCase {
  const name = `${id} ${title}`
  const found = report.findings.filter((finding) => finding.id === id)
  const failed = found.find((finding) => severity(finding) >= threshold)
  if (failed !== undefined)
    return { name, failure: { message: `${failed.hop}: ${failed.title}`, text: describe(failed) } }
  const suspected = found.find((finding) => finding.suspected)
  if (suspected !== undefined) return { name, skipped: `suspected; ${suspected.decides ?? suspected.cause}` }
  if (report.outcome !== 'unknown') return { name }
  return { name, skipped: report.findings.find((finding) => finding.id.startsWith('TLV9'))?.cause ?? 'could not tell' }
}

function expectationCase({ expectation }: Report): TestCase[] {
  if (expectation === null) return []
  const name = `expected ${expectation.expected.join(' > ')}`
  const message = `found ${expectation.found.join(' > ') || 'no app'}`
  return [expectation.met ? { name } : { name, failure: { message, text: message } }]
}

function describe(finding: Finding): string {
  const { seen, cause, fixes } = finding
  const object = formatWhere(finding)
  const where = object === undefined ? [] : [`where: ${object}`]
  const lines = [...seen.map((text) => `seen: ${text}`), `cause: ${cause}`, ...where]
  return [...lines, ...fixes.slice(0, 2).map(({ text }) => `fix: ${text}`)].join('\n')
}

function formatCase({ name, failure, skipped }: TestCase): string {
  const open = `    <testcase classname="throughline.verify" name="${escape(name)}"`
  if (failure !== undefined) {
    return `${open}>\n      <failure message="${escape(failure.message)}">${escape(failure.text)}</failure>\n    </testcase>`
  }
  return skipped === undefined
    ? `${open}/>`
    : `${open}>\n      <skipped message="${escape(skipped)}"/>\n    </testcase>`
}

/** XML can't represent most control characters. */
function escape(text: string): string {
  const printable = text.replaceAll(/(?![\n\t])\p{Cc}/gu, '')
  return printable.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
