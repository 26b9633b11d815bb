import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { parentIdOf, pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tracers } from './matrix.ts'
import { queryTrace } from '../support/expect-trace.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

const examples = path.join(import.meta.dirname, '../../examples')
const guidePage = path.join(import.meta.dirname, '../../docs/guides/06-your-own-service.md')
const caller = { spanId: '00f067aa0ba902b7' }

/** The guide's service, in front of the upstream listener, as the dashboard is. */
async function startShop(file: string, upstreamUrl: string) {
  const child = spawn(process.execPath, [path.join(examples, 'your-own-service', file)], {
    env: { ...process.env, UPSTREAM_URL: upstreamUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    url: `http://127.0.0.1:${port.toString().trim()}/shop`,
    async [Symbol.asyncDispose]() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

describe.each(tracers.filter((tracer) => tracer !== 'none'))('docs/guides/06, with the %s tracer', (tracer) => {
  let lab: MeshLab
  // The shop has no spans, so only the sidecars and counting report.
  beforeAll(async () => void (lab = await startLab({ tracer })))
  afterAll(() => lab?.stop())

  /** One request of a caller with a trace; the ids of the caller's trace and of the resulting one. */
  async function request(file: string) {
    await using shop = await startShop(file, lab.upstreamUrl)
    const before = new Set(lab.traceStore.traces({ limit: 1000 }).map((trace) => trace.traceID))
    const traceId = file.includes('after') ? 'af7e'.repeat(8) : 'bef0'.repeat(8)
    const response = await fetch(shop.url, {
      headers: {
        traceparent: `00-${traceId}-${caller.spanId}-01`,
        'x-b3-traceid': traceId,
        'x-b3-spanid': caller.spanId,
        'x-b3-sampled': '1',
      },
    })
    expect(Object.keys((await response.json()) as object)).toEqual(['count', 'hostname'])
    const found = await pollUntil(
      () => {
        const fresh = lab.traceStore.traces({ limit: 1000 }).find((trace) => !before.has(trace.traceID))
        return fresh?.spans.length === 3 ? fresh : undefined
      },
      { deadline: 15_000, what: 'a trace of both sidecars and counting' },
    )
    return { asked: traceId, found }
  }

  it('before: the sidecar starts a new trace, and the caller’s ends at the shop', async () => {
    const { asked, found } = await request('before.mjs')
    expect(found.traceID).not.toBe(asked)
    expect(queryTrace(lab, asked).spans).toEqual([])
  })

  it('after: one trace, and the sidecar is the child of the caller', async () => {
    const { asked, found } = await request('after.mjs')
    expect(found.traceID).toBe(asked)
    expect(found.spans.map(parentIdOf)).toContain(caller.spanId)
  })
})

it('the guide shows the difference between the two files, line by line', () => {
  const read = (file: string) =>
    fs
      .readFileSync(path.join(examples, 'your-own-service', file), 'utf8')
      .trim()
      .split('\n')
  const [before, after] = [read('before.mjs'), read('after.mjs')]
  const added = after.filter((line) => !before.includes(line))
  const guide = fs.readFileSync(guidePage, 'utf8')
  const shown = guide.split('\n').filter((line) => line.startsWith('+'))
  expect(before.filter((line) => !after.includes(line))).toEqual([])
  expect(shown).toEqual(added.map((line) => `+${line}`))
})
