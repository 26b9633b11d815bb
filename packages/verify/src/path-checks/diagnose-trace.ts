import { judge, severity } from '../findings/judge.ts'
import { openBackend } from '../readers/open-backend.ts'
import { collectEvidence } from '../verify.ts'
import type { PathCheckOptions, PathFinding } from './path-check.ts'

/** Envoy and the SDKs report every five seconds. */
const SETTLE_MS = 6500

/**
 * Why a trace is broken, by the rules of `throughline verify`: sends its probes to the page and judges their traces.
 * Empty where no rule has a warning or an error, and where the probes or the backend fail.
 */
export async function diagnoseTrace(options: PathCheckOptions): Promise<PathFinding[]> {
  const { dashboardUrl, dashboardHost, traceQueryUrl, deadlineMs, intervalMs, expect } = options
  if (traceQueryUrl === undefined) return []
  try {
    const evidence = await collectEvidence({
      url: `${dashboardUrl}/api/count`,
      ...(dashboardHost && { headers: { host: dashboardHost } }),
      backend: await openBackend({ target: `jaeger=${traceQueryUrl}`, headers: {} }),
      settleMs: Math.min(SETTLE_MS, deadlineMs),
      intervalMs,
    })
    return judge(evidence).findings.flatMap((finding) => {
      const { id, title, hop, cause, suspected, fixes } = finding
      // A denial that is expected is no fault.
      if (severity(finding) < 2 || (id === 'TLV501' && expect === 'denied')) return []
      const found = `${id} ${suspected ? 'suspected: ' : ''}${hop}: ${title}; ${cause}`
      return [{ found, fix: fixes[0]?.text ?? `throughline explain ${id}` }]
    })
  } catch {
    // The broken trace itself is reported already.
    return []
  }
}
