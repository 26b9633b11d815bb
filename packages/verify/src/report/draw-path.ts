import type { Report } from './report.ts'

/** `frontend ─► frontend-sidecar ═ ✂ ═ cart-sidecar ─► cart`: the hops in order, cut where the trace breaks. */
export function drawPath({ path, findings }: Pick<Report, 'path' | 'findings'>): string {
  const breaks = findings.flatMap((finding) => (finding.level === 'note' || !finding.break ? [] : [finding.break]))
  return path
    .map(({ service }, index) => {
      const next = path[index + 1]
      if (next === undefined) return service
      const cut = breaks.some(({ after, before }) => after === service && before === next.service)
      return `${service} ${cut ? '═ ✂ ═' : '─►'} `
    })
    .join('')
}
