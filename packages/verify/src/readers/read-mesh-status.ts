export interface MeshStatusOptions {
  url: string
  token?: string | undefined
  timeoutMs?: number
}

/** Reads the status from the lab's control API. Rejects with a sentence when it can't. */
export async function readMeshStatus({ url, token = '', timeoutMs = 2000 }: MeshStatusOptions): Promise<unknown> {
  const answer = await fetch(`${url}/mesh/status`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(() => undefined)
  if (answer === undefined) throw new Error('the control API did not answer')
  if (!answer.ok) throw new Error(`the control API answered ${answer.status}`)
  return answer.json()
}
