import { styleText } from 'node:util'
import type { Finding } from '../findings/judge.ts'
import { formatWhere } from './format-object.ts'
import { drawPath } from './draw-path.ts'
import { describeManifests, type Report } from './report.ts'

const MOST = 3
const INDENT = '         '

/** One screen: the path, the most severe findings with their evidence, and one line for each other finding. */
export function formatText(report: Report, { color = false, width = 120 } = {}): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text
  const { findings, probes, traceIds } = report
  const serious = findings.filter(({ level }) => level !== 'note').slice(0, MOST)
  const brief = findings.filter((finding) => !serious.includes(finding))
  const [traceId] = traceIds
  const facts =
    report.manifests === null
      ? `${probes.withSpans} of ${probes.sent} probes left spans${traceId === undefined ? '' : `, trace ${traceId}`}`
      : `${report.url}: ${describeManifests(report.manifests)}`
  const lines = [
    ...(report.manifests === null ? [report.path.length === 0 ? 'no path was found' : drawPath(report)] : []),
    paint('dim', facts),
    ...serious.flatMap((finding) => ['', ...formatFinding(finding, paint, width)]),
    ...(brief.length > 0 ? [''] : []),
    ...brief.flatMap((finding) => formatBriefly(finding, paint, width)),
    ...(report.expectation === null || report.expectation.met
      ? []
      : [
          '',
          paint(
            'red',
            `expected ${report.expectation.expected.join(' > ')}, found ${report.expectation.found.join(' > ') || 'no app'}`,
          ),
        ]),
    ...(report.unseen.length > 0 ? ['', paint('dim', wrap(`not seen: ${report.unseen.join('; ')}`, '', width))] : []),
    '',
    conclude(report),
  ]
  return `${lines.join('\n')}\n`
}

/** `suspected` is longer than the column. */
const pad = (label: string): string => `${label} `.padEnd(8)

type Paint = (format: Parameters<typeof styleText>[0], text: string) => string

function formatFinding(finding: Finding, paint: Paint, width: number): string[] {
  const { id, level, suspected, hop, title, seen, cause, fixes, decides } = finding
  const where = formatWhere(finding)
  const label = suspected ? 'suspected' : level
  const row = (name: string, text: string): string => wrap(`  ${name.padEnd(7)}${text}`, INDENT, width)
  return [
    `${paint('bold', id)}  ${paint(level === 'error' && !suspected ? 'red' : 'yellow', pad(label))}${hop}: ${title}`,
    ...seen.map((text) => row('seen', text)),
    row('cause', cause),
    ...(where === undefined ? [] : [row('where', where)]),
    ...fixes.slice(0, 2).map(({ text }) => row('fix', text)),
    ...(suspected && decides !== undefined ? [row('decides', `TLV902 ${decides}`)] : []),
    row('more', `throughline explain ${id}`),
  ]
}

function formatBriefly(
  { id, level, suspected, hop, title, seen, decides }: Finding,
  paint: Paint,
  width: number,
): string[] {
  return [
    `${paint('bold', id)}  ${pad(suspected ? 'suspected' : level)}${hop}: ${title}`,
    ...(level === 'note' && !id.startsWith('TLV9') ? [] : seen.map((text) => wrap(`  seen   ${text}`, INDENT, width))),
    ...(decides === undefined || level !== 'note' ? [] : [wrap(`  decides ${decides}`, INDENT, width)]),
  ]
}

function conclude({ outcome, findings, probes, manifests }: Report): string {
  if (outcome === 'passed') {
    return findings.some(({ level }) => level !== 'note')
      ? 'Nothing at the level that fails.'
      : manifests !== null
        ? 'Nothing was found in what is written. No request was sent.'
        : 'The trace is whole: nothing was found that breaks it.'
  }
  if (outcome === 'failed') return 'Failed.'
  if (manifests !== null) {
    return manifests.objects === manifests.ignored
      ? 'Could not tell: no object is of a kind that a finding reads.'
      : 'Could not tell: not everything could be read.'
  }
  return probes.withSpans === 0
    ? 'Could not tell: no spans of the probes were found.'
    : 'Could not tell: what was seen is not enough to decide.'
}

/** Breaks a line at spaces; the lines after the first are indented. */
function wrap(text: string, indent: string, width: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = `${indent}${word}`
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
