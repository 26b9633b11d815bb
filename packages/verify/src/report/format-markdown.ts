import { formatWhere } from './format-object.ts'
import { drawPath } from './draw-path.ts'
import { describeManifests, type Report } from './report.ts'

/** For a comment on a pull request or the summary of a pipeline. */
export function formatMarkdown(report: Report): string {
  const { findings, probes, expectation, unseen, outcome } = report
  const { manifests } = report
  const title =
    manifests === null
      ? { passed: 'the trace is whole', failed: 'the trace is broken', unknown: 'could not tell' }[outcome]
      : { passed: 'nothing was found', failed: 'failed', unknown: 'could not tell' }[outcome]
  const lines = [
    `## ${manifests === null ? 'Trace of' : 'Manifests in'} ${escape(report.url)}: ${title}`,
    '',
    ...(report.path.length === 0 ? [] : fence(drawPath(report))),
    manifests === null
      ? `${probes.withSpans} of ${probes.sent} probes left spans.`
      : `${escape(describeManifests(manifests))}.`,
    ...(expectation === null
      ? []
      : [
          '',
          `Expected ${escape(expectation.expected.join(' > '))}: ${expectation.met ? 'found' : `found ${escape(expectation.found.join(' > ') || 'no app')}`}.`,
        ]),
    ...findings.flatMap(({ id, level, suspected, hop, title: what, seen, cause, fixes, decides, ...rest }) => [
      '',
      `### ${id} ${suspected ? 'suspected' : level}: ${escape(hop)}: ${escape(what)}`,
      '',
      ...seen.map((text) => `- seen: ${escape(text)}`),
      `- cause: ${escape(cause)}`,
      ...(rest.object === undefined ? [] : [`- where: ${escape(formatWhere(rest) ?? '')}`]),
      ...fixes.slice(0, 2).map(({ text }) => `- fix: ${escape(text)}`),
      ...(decides === undefined || (!suspected && level !== 'note')
        ? []
        : [`- what would decide: ${escapeText(decides)}`]),
    ]),
    ...(unseen.length > 0 ? ['', `Not seen: ${escape(unseen.join('; '))}.`] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** A block of code that its text can’t end. */
function fence(text: string): string[] {
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length)
  const mark = '`'.repeat(Math.max(2, ...runs) + 1)
  return [`${mark}text`, text, mark, '']
}

/** A sentence of ours with options as code, and with names of services. */
const escapeText = (text: string): string => text.replaceAll(/[\\*_[\]<>|]/g, '\\$&')

/** Names of services come from spans: they must not become markup. */
const escape = (text: string): string => text.replaceAll(/[\\`*_[\]<>|]/g, '\\$&')
