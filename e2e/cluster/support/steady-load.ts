import http from 'node:http'
import { sendSteadily } from '../../support/send-steadily.ts'

export interface SteadyLoad {
  /** Ends it, and gives the number of requests by their outcome: status and state of the call, or the error. */
  stop: () => Promise<Record<string, number>>
}

/** Asks for a count at a steady rate over kept-alive connections. */
export function startSteadyLoad(url: string, { perSecond }: { perSecond: number }): SteadyLoad {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 })
  const outcomes: Record<string, number> = {}
  const record = async (): Promise<void> => {
    const outcome = await ask(url, agent)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  const requests = sendSteadily(record, 1000 / perSecond)
  return {
    async stop() {
      await requests.stop()
      agent.destroy()
      return outcomes
    },
  }
}

function ask(url: string, agent: http.Agent): Promise<string> {
  return new Promise((resolve) => {
    const request = http.get(url, { agent, timeout: 15_000 }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve(`${response.statusCode} ${describeBody(body)}`))
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', (error) => resolve(error.message))
  })
}

/** The state of the call with the reason, or an answer that isn't the dashboard's. */
function describeBody(body: string): string {
  try {
    const { state, reason } = JSON.parse(body) as { state: string; reason: string | null }
    return reason === null ? state : `${state}: ${reason}`
  } catch {
    return body.slice(0, 100)
  }
}
