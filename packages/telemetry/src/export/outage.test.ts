import { beforeAll, describe, expect, it } from 'vitest'
import { measureOutage } from '../../bench/measure-outage.mjs'
import { OURS } from '../../bench/outage-cases.mjs'
import { buildPackage } from '../child.test-support.ts'

const TIMES = { rate: 5000, seconds: 6, trouble: { from: 1, to: 3 } }

/** The short form of `npm run bench -- outage`. */
describe('with 5,000 spans a second', () => {
  beforeAll(buildPackage, 60_000)

  it.concurrent.each(OURS)(
    'loses no span, and costs no more CPU: $name',
    async (outageCase) => {
      const env = { OTEL_EXPORTER_OTLP_TIMEOUT: '1500' }
      const { made, lost, stats, cpu } = await measureOutage({ ...outageCase, env }, TIMES)
      expect(made).toBe(30_000)
      expect(lost).toBe(0)
      expect(stats).toEqual({ exported: 30_000, failed: 0, dropped: 0 })
      // Other tests run on the same cores, so times mean nothing; the service's own CPU time is what delays requests.
      expect(cpu.during).toBeLessThan(cpu.before * 1.1 + 0.1)
    },
    60_000,
  )
})
