import { type Check, DEFAULT_TIMEOUT_MS } from './check.ts'
import { reachAround } from './reach-around.ts'

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
  const { open, found } = await reachAround(`${directUrl}/`, timeoutMs)
  const command = `curl -si ${directUrl}/`
  if (!open) return [{ ...result, verdict: 'good', found: `No: ${found}.`, command }]
  const closed = 'A unix socket (SOCKET_PATH), a NetworkPolicy or strict mutual TLS closes it.'
  return [
    { ...result, verdict: 'bad', found: `Yes: ${directUrl} ${found}, whatever the mesh allows. ${closed}`, command },
  ]
}
