import { type ChainExpectation, expectChain, pollUntil } from '@throughline/lab-testkit'
import type { JaegerTrace } from '@throughline/trace-store'
import type { RunningCompose } from './compose.ts'

/** The answer of the page's server to `GET /api/count`. */
export interface Count {
  state: string
  count: number | null
  traceId: string
}

/** One request through dashboard's front door, as a browser or curl makes it. */
export async function count({ pageUrl }: Pick<RunningCompose, 'pageUrl'>): Promise<Count> {
  const response = await fetch(`${pageUrl}/api/count`)
  return (await response.json()) as Count
}

/** Sends requests until one has the expected state. */
export function countUntil(running: RunningCompose, state: string): Promise<Count> {
  return pollUntil(
    async () => {
      const answer = await count(running)
      return answer.state === state ? answer : undefined
    },
    { deadline: 20_000, interval: 100, what: `a request that is ${state}` },
  )
}

/** Asserts every edge of a trace in a real Jaeger. */
export function expectInJaeger(
  { jaegerUrl }: RunningCompose,
  traceId: string,
  expectation: ChainExpectation,
): Promise<ReturnType<typeof expectChain>> {
  return pollUntil(
    async () => {
      const response = await fetch(`${jaegerUrl}/api/traces/${traceId}`)
      const { data } = (await response.json()) as { data: JaegerTrace[] | null }
      return expectChain(data?.[0] ?? { traceID: traceId, spans: [], processes: {} }, expectation)
    },
    { deadline: 20_000, interval: 100, what: `a whole trace ${traceId} in Jaeger` },
  )
}

/** A switch of the page: `allow`, `deny`, or `tracer` with a body. */
export async function change({ pageUrl }: RunningCompose, action: string, body: object = {}): Promise<MeshAnswer> {
  const response = await fetch(`${pageUrl}/api/mesh/${action}`, {
    method: action === 'status' ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ...(action !== 'status' && { body: JSON.stringify(body) }),
  })
  if (response.status !== 200) throw new Error(`${action} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as MeshAnswer
}

interface MeshAnswer {
  mesh: string
  links: { label: string; url: string }[]
  access: string
  tracer: string
  sidecars: { name: string; state: string }[]
  bypass: { address: string; closed: boolean }
}
