import type { Check } from './check.ts'
import { verifyBypass } from './verify-bypass.ts'

/** Probes counting's application without its sidecar, where no rule of the mesh applies. */
export const checkBypass: Check = async (options) => {
  const { url, state, summary, disagreement, finding } = await verifyBypass(options)
  const result = { id: 'bypass', question: 'Can the dashboard bypass counting’s sidecar?' }
  if (url === null) {
    return [
      { ...result, verdict: 'unknown', found: `Unknown: ${summary}`, command: 'curl -si "$COUNTING_BYPASS_URL/"' },
    ]
  }
  const command = `curl -si ${url}/`
  const outcome = disagreement === null ? summary : `${summary} ${disagreement}`
  if (state === 'open') {
    const closing = 'A unix socket (SOCKET_PATH), a NetworkPolicy or strict mutual TLS closes it.'
    const found = `Yes, at ${url}. ${outcome} ${closing}`
    return [{ ...result, verdict: 'bad', found, command, finding: finding ?? undefined }]
  }
  if (state === 'unclear') return [{ ...result, verdict: 'unknown', found: outcome, command }]
  return [{ ...result, verdict: disagreement === null ? 'good' : 'bad', found: `No: ${outcome}`, command }]
}
