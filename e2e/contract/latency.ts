import http from 'node:http'

/**
 * Median request durations in milliseconds at several addresses, measured in turns so that other load affects all of
 * them.
 */
export async function medianLatencies<Name extends string>(
  urls: Record<Name, string>,
  { requests = 300, warmUp = 100 }: { requests?: number; warmUp?: number } = {},
): Promise<Record<Name, number>> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const names = Object.keys(urls) as Name[]
  const times = new Map<Name, number[]>(names.map((name) => [name, []]))
  try {
    for (let round = 0; round < warmUp + requests; round += 1) {
      for (const name of names) {
        const started = performance.now()
        await get(urls[name], agent)
        if (round >= warmUp) times.get(name)?.push(performance.now() - started)
      }
    }
  } finally {
    agent.destroy()
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<Name, number>
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function get(url: string, agent: http.Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent }, (answer) => {
        answer.resume()
        answer.once('end', () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`${url} answered ${answer.statusCode}`)),
        )
      })
      .once('error', reject)
  })
}
