import type { Probe } from '../evidence/probe.ts'
import { readProxyWords } from '../evidence/proxy-words.ts'
import { version } from '../version.ts'
import type { PlannedProbe } from './plan-probes.ts'
import { probeHttp } from './probe-http.ts'

export interface SendOptions {
  url: string
  /** Default GET. */
  method?: string | undefined
  /** Headers of the caller, sent but never stored. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Milliseconds, default 10,000. */
  timeoutMs?: number | undefined
  signal?: AbortSignal | undefined
}

/** The head is the answer; of the body only the words of a proxy are wanted, which come with it. */
const BODY_MS = 1000

/** Sends one probe on a new connection and records the answer without its body and headers. Never rejects. */
export async function sendProbe(plan: PlannedProbe, options: SendOptions): Promise<Probe> {
  const { headers: ownHeaders, ...ids } = plan
  const { 'user-agent': agent, ...callerHeaders } = lowerCased(options.headers ?? {})
  const mark = `throughline-verify/${version} (${plan.nonce})`
  const headers = {
    ...callerHeaders,
    ...ownHeaders,
    'user-agent': agent === undefined ? mark : `${agent} ${mark}`,
  }
  const startUs = Date.now() * 1000
  const answer = await send(options, headers)
  return { ...ids, startUs, endUs: Date.now() * 1000, ...answer }
}

type Answer = Pick<Probe, 'status' | 'failure' | 'words'>

async function send(
  { url, method, timeoutMs = 10_000, signal }: SendOptions,
  headers: Record<string, string>,
): Promise<Answer> {
  const answer = await probeHttp(url, { method, headers, timeoutMs, bodyMs: BODY_MS, signal })
  if (answer.failure !== undefined) {
    const failure = answer.code === 'ABORT_ERR' ? 'ETIMEDOUT' : (answer.code ?? answer.failure)
    return { status: null, failure, words: null }
  }
  const { status, body } = answer
  return { status, failure: null, words: readProxyWords(status, body) }
}

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
