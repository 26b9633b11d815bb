import type { Lab } from '@throughline/lab-meshes'

export interface Count {
  httpStatus: number
  state: string
  count: number | null
  hostname: string | null
  traceId: string | null
  status: number | null
  code: string | null
  reason: string | null
}

/** Requests one count from the dashboard, as the page does. */
export async function count(lab: Pick<Lab, 'dashboardUrl'>, headers: Record<string, string> = {}): Promise<Count> {
  const response = await fetch(`${lab.dashboardUrl}/api/count`, { headers })
  return { httpStatus: response.status, ...((await response.json()) as Omit<Count, 'httpStatus'>) }
}
