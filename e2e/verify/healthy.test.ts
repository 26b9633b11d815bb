import { judge } from 'throughline'
import { describe, expect, it } from 'vitest'
import { healthyPaths } from './support/healthy-paths.ts'
import { runFixture } from './support/run-fixture.ts'

describe('a healthy path', () => {
  it.each(healthyPaths)('$title: has no finding, even under load', async ({ path }) => {
    const { quiet, loaded } = await runFixture({ path, storedSpans: true })
    for (const evidence of [quiet, loaded]) {
      if (evidence === undefined) throw new Error('nothing was collected')
      const { findings } = judge(evidence)
      expect(findings.filter(({ level }) => level !== 'note')).toEqual([])
    }
  })
})
