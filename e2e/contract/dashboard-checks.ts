import type { Lab } from '@throughline/lab-meshes'

interface CheckResult {
  id: string
  verdict: 'good' | 'bad' | 'unknown'
  found: string
  finding?: { id: string }
}

/** What the dashboard's checks find out about its mesh, by check. */
export async function runDashboardChecks(lab: Pick<Lab, 'dashboardUrl'>): Promise<Record<string, CheckResult>> {
  const answer = await fetch(`${lab.dashboardUrl}/api/checks`, { method: 'POST' })
  const { results } = (await answer.json()) as { results: CheckResult[] }
  return Object.fromEntries(results.map((result) => [result.id, result]))
}
