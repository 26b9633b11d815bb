import type { Check } from './check.ts'
import { tryWalkAround } from './walk-around.ts'

/** Tries to reach counting's application without its sidecar, where no rule of the mesh holds. */
export const checkAroundSidecar: Check = async (options) => {
  const { url, way, said, disagreement } = await tryWalkAround(options)
  const result = { id: 'around-sidecar', question: 'Can the dashboard walk around the mesh to counting?' }
  if (url === null) {
    return [{ ...result, verdict: 'unknown', found: `Unknown: ${said}`, command: 'curl -si "$COUNTING_DIRECT_URL/"' }]
  }
  const command = `curl -si ${url}/`
  const told = disagreement === null ? said : `${said} ${disagreement}`
  if (way === 'open') {
    const closing = 'A unix socket (SOCKET_PATH), a NetworkPolicy or strict mutual TLS closes it.'
    return [{ ...result, verdict: 'bad', found: `Yes, at ${url}. ${told} ${closing}`, command }]
  }
  if (way === 'unclear') return [{ ...result, verdict: 'unknown', found: told, command }]
  return [{ ...result, verdict: disagreement === null ? 'good' : 'bad', found: `No: ${told}`, command }]
}
