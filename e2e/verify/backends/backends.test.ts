import { ZipkinExporter } from '@opentelemetry/exporter-zipkin'
import { judge, openBackend } from 'throughline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { w3cApp } from '../support/behaviours.ts'
import { collectFrom } from '../support/run-fixture.ts'
import { type RunningBackend, startJaeger, startZipkin } from '../support/start-backend.ts'

const apps = { frontend: w3cApp, cart: w3cApp }

describe.each([
  ['jaeger', startJaeger],
  ['zipkin', startZipkin],
] as const)('spans that are read from a real %s', (kind, start) => {
  let backend: RunningBackend
  beforeAll(async () => {
    backend = await start()
  })
  afterAll(() => backend[Symbol.asyncDispose]())

  it('is a backend while it is empty, and not when taken for the other', async () => {
    const empty = await openBackend({ target: `${kind}=${backend.target}`, headers: {} })
    expect(await empty.trace('f'.repeat(32))).toEqual([])
    expect(await empty.search({ startUs: Date.now() * 1000 - 1_000_000, endUs: Date.now() * 1000 }, [])).toEqual([])
    await empty.confirm?.()
    for (const other of ['jaeger', 'zipkin', 'tempo'].filter((name) => name !== kind)) {
      const taken = await openBackend({ target: `${other}=${backend.target}`, headers: {} })
      const asked = taken.search({ startUs: 0, endUs: 1 }, []).then(() => taken.confirm?.())
      await expect(asked).rejects.toThrow(new RegExp(`^${backend.target}`))
    }
  })

  it.each([
    ['zipkin', ['TLV103']],
    ['zipkin-w3c', []],
  ] as const)('of W3C apps behind %s sidecars lead to %j', async (tracer, expected) => {
    const { collectors, exportUrl, target } = backend
    const exporter = (): ZipkinExporter => new ZipkinExporter({ url: exportUrl })
    const evidence = await collectFrom({ collectors, exporter, target }, { ...apps, tracing: { tracer } })
    expect(evidence.backend).toEqual({ kind, searchable: true, failure: null })
    const found = judge(evidence).findings.filter(({ level }) => level !== 'note')
    expect(found.map(({ id, suspected }) => (suspected ? `${id} suspected` : id))).toEqual(expected)
  })
})
