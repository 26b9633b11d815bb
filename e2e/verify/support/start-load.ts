import http from 'node:http'
import { randomBytes } from 'node:crypto'
import { pollUntil } from '@throughline/lab-testkit'
import { sendSteadily } from '../../support/send-steadily.ts'

const INTERVAL_MS = 20
/** The number of requests answered before the probes begin, so that their spans are in the way. */
const WARM_UP = 20

const randomParent = (): string => `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`

/**
 * 50 requests a second to one path, by a client that sends no context, or one whose spans are nowhere; resolves once
 * they flow.
 */
export async function startLoad(url: string, { foreignParents = false } = {}): Promise<AsyncDisposable> {
  const agent = new http.Agent({ keepAlive: true })
  let answered = 0
  const send = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        answered += 1
        resolve()
      }
      const headers = { 'user-agent': 'another-client', ...(foreignParents && { traceparent: randomParent() }) }
      http.get(url, { agent, headers }, (answer) => answer.resume().once('close', done)).once('error', done)
    })
  const requests = sendSteadily(send, INTERVAL_MS)
  await pollUntil(() => answered >= WARM_UP, { deadline: 20_000, what: 'the load to flow' })
  return {
    async [Symbol.asyncDispose]() {
      await requests.stop()
      agent.destroy()
    },
  }
}
