import type { Report } from './report.ts'

/** The whole report as text; `schema` increases when its shape changes. */
export const formatJson = (report: Report): string => `${JSON.stringify(toJsonReport(report), null, 2)}\n`

/** The whole report as plain data, with the texts of fixes alone. */
export function toJsonReport(report: Report) {
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
      object: rest.object ?? null,
      location: rest.location ?? null,
    }),
  )
  return { ...report, findings }
}
