import { type ErrorCode, ServiceError } from '@throughline/service-kit'

export interface Backend {
  /** Its name in errors. */
  name: string
  /** The code of the error when there is no answer. */
  code: ErrorCode
  timeoutMs: number
  /** A longer answer counts as no answer. */
  maxBytes: number
}

/**
 * Requests a backend's answer and reads it completely.
 *
 * @throws ServiceError with the backend's code without an answer in time, or with one that is too long
 */
export async function askBackend(
  url: string,
  { name, code, timeoutMs, maxBytes }: Backend,
  init?: RequestInit,
): Promise<{ status: number; body: string }> {
  try {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) })
    return { status: answer.status, body: await readText(answer, maxBytes) }
  } catch (error) {
    throw new ServiceError(code, `${name} at ${new URL(url).origin} did not answer`, { cause: error })
  }
}

/** The body of an answer as text. Throws a RangeError when it is longer than `maxBytes`. */
async function readText(answer: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new RangeError(`the answer is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
