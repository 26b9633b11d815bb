import type { JaegerTrace } from '@throughline/trace-store'
import { expect } from 'vitest'

/** Of a few hundred requests a tenth or so left a trace, and each of these passes the check. */
export function expectShareOfTen(traces: JaegerTrace[], check: (trace: JaegerTrace) => unknown): void {
  const existing = traces.filter(({ spans }) => spans.length > 0)
  expect(existing.length).toBeGreaterThan(2)
  expect(existing.length).toBeLessThan(50)
  for (const trace of existing) check(trace)
}
