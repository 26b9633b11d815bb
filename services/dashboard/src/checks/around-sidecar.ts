import { ask } from './ask.ts'
import { type Check, DEFAULT_TIMEOUT_MS } from './check.ts'

/** Tries to reach counting's application without its sidecar, where no rule of the mesh holds. */
export const checkAroundSidecar: Check = async ({ directUrl, timeoutMs = DEFAULT_TIMEOUT_MS }) => {
  const result = { id: 'around-sidecar', question: 'Can the dashboard walk around the mesh to counting?' }
  if (directUrl === undefined) {
    return [
      {
        ...result,
        verdict: 'unknown',
        found: 'Unknown: COUNTING_DIRECT_URL does not name an address of its own for counting.',
        command: 'curl -si "$COUNTING_DIRECT_URL/"',
      },
    ]
  }
  const asked = await ask(`${directUrl}/`, { timeoutMs })
  const command = `curl -si ${directUrl}/`
  if (asked.failure !== undefined) return [{ ...result, verdict: 'good', found: `No: ${asked.failure}.`, command }]
  if (asked.status === 403) {
    return [{ ...result, verdict: 'good', found: 'No: that address refuses with 403.', command }]
  }
  const found = `Yes: ${directUrl} answered ${asked.status}, whatever the mesh allows. A unix socket (SOCKET_PATH), a NetworkPolicy or strict mutual TLS closes it.`
  return [{ ...result, verdict: 'bad', found, command }]
}
