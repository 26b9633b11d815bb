import { judge } from 'throughline'
import { describe, expect, it } from 'vitest'
import { runFixture } from '../support/run-fixture.ts'

const [go, python] = [{ stock: 'go' }, { stock: 'python' }] as const

describe('services in other languages, with stock OpenTelemetry', () => {
  it.each(
    (['opentelemetry', 'zipkin-w3c'] as const).flatMap((tracer) => [
      { title: `Go to Python by ${tracer}`, path: { frontend: go, cart: python, tracing: { tracer } } },
      { title: `Python to Go by ${tracer}`, path: { frontend: python, cart: go, tracing: { tracer } } },
    ]),
  )('$title: whole and without a finding, even under load', async ({ path }) => {
    const { quiet, loaded } = await runFixture({ path, storedSpans: true })
    for (const evidence of [quiet, loaded]) {
      if (evidence === undefined) throw new Error('nothing was collected')
      const { analysis, findings } = judge(evidence)
      expect(findings.filter(({ level }) => level !== 'note')).toEqual([])
      const [example] = analysis.of('w3c')
      expect(example?.nodes.map(({ span }) => `${span.service} ${span.kind}`)).toEqual([
        'frontend-sidecar server',
        'frontend server',
        'frontend client',
        'frontend-sidecar client',
        'cart-sidecar server',
        'cart server',
      ])
      expect(new Set(example?.nodes.map(({ span }) => span.traceId)).size).toBe(1)
    }
  })
})
