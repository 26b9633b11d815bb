import type { Report } from './report.ts'

/** The whole report; `schema` increases when its shape changes. */
export function formatJson(report: Report): string {
  const findings = report.findings.map(
    ({ id, level, suspected, hop, title, seen, cause, sources, fixes, decides, ...rest }) => ({
      id,
      level,
      suspected,
      hop,
      title,
      seen,
      cause,
      sources,
      fixes: fixes.map(({ text }) => text),
      decides: suspected || level === 'note' ? (decides ?? null) : null,
      break: rest.break ?? null,
    }),
  )
  return `${JSON.stringify({ ...report, findings }, null, 2)}\n`
}
