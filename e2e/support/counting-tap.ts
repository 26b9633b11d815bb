import http from 'node:http'
import { createHeaderRecorder, type RecordedRequest } from '@throughline/lab-testkit'

/** Sits between counting's sidecar and counting, and records the sidecar's headers as sent. */
export interface CountingTap extends AsyncDisposable {
  /** `host:port` for the sidecar. */
  address: string
  requests: readonly RecordedRequest[]
  /** The current target, to which requests are forwarded unchanged. */
  target: string | undefined
}

export async function startCountingTap(): Promise<CountingTap> {
  const agent = new http.Agent({ keepAlive: true })
  const recorder = await createHeaderRecorder({
    reply(request, response) {
      const { target } = tap
      if (target === undefined) {
        response.writeHead(503).end('the tap has no target')
        return
      }
      const onward = http.request(`${target}${request.url}`, { agent, method: request.method, setHost: false })
      for (const [name, values] of Object.entries(request.headersDistinct)) {
        if (name !== 'connection' && values) onward.setHeader(name, values)
      }
      onward.once('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.once('error', (error) => response.writeHead(502).end(error.message))
      request.pipe(onward)
    },
  })
  const tap: CountingTap = {
    address: `127.0.0.1:${recorder.port}`,
    requests: recorder.requests,
    target: undefined,
    async [Symbol.asyncDispose]() {
      agent.destroy()
      await recorder.close()
    },
  }
  return tap
}
