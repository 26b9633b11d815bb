import { ask } from './ask.ts'

/** Whether counting answers at an address that is not its sidecar's, and what was seen. */
export interface ReachedAround {
  open: boolean
  found: string
  /** The name could not be resolved, which proves nothing about what stands behind it. */
  unresolved?: boolean
}

const UNRESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN'])

/** Tries the way around the mesh once. A 403 there is a refusal, too: a sidecar stands in that way. Never rejects. */
export async function reachAround(url: string, timeoutMs: number): Promise<ReachedAround> {
  const answer = await ask(url, { timeoutMs })
  if (answer.failure !== undefined) {
    const unresolved = UNRESOLVED.has(answer.code ?? '')
    return { open: false, found: answer.failure, ...(unresolved && { unresolved }) }
  }
  if (answer.status === 403) return { open: false, found: 'refused with 403' }
  return { open: true, found: `answered ${answer.status}` }
}
