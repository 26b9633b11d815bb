import fs from 'node:fs'
import path from 'node:path'
import { catalogue, type Evidence, judge } from 'throughline'
import { describe, expect, it } from 'vitest'
import { fixtures } from './support/fixtures.ts'
import { runFixture } from './support/run-fixture.ts'

const page = path.resolve(import.meta.dirname, '../../docs/reference/data/findings-diagonal.json')
const rows = new Map<string, object>()

/** Findings at warning or above; a suspected one is marked. */
function serious(evidence: Evidence, rules = catalogue): string[] {
  const { findings } = judge(evidence, { rules })
  const names = findings
    .filter(({ level }) => level !== 'note')
    .map(({ id, suspected }) => (suspected ? `${id} suspected` : id))
  return [...new Set(names)].toSorted()
}

function notes(evidence: Evidence): string {
  const ids = judge(evidence).findings.filter(({ level }) => level === 'note')
  return [...new Set(ids.map(({ id }) => id))].toSorted().join(', ')
}

describe('every situation leads to exactly its own finding', () => {
  it.each(fixtures)('$finding: $title', async ({ title, finding, ...situation }) => {
    const { quiet, loaded } = await runFixture(situation)
    const found = [quiet, ...(loaded ? [loaded] : [])].map((evidence) => serious(evidence))
    expect(found).toEqual(found.map(() => [finding]))
    // Without its rule the situation is not recognized, whatever else is found.
    const others = catalogue.filter(({ id }) => id !== finding)
    expect(serious(quiet, others)).not.toEqual([finding])
    rows.set(title, { title, finding, notes: notes(quiet), underLoad: loaded !== undefined })
  })

  it('produces the table in the documentation', async () => {
    const seen = fixtures.flatMap(({ title }) => rows.get(title) ?? [])
    // A partial run proves nothing about the other situations.
    const table = rows.size < fixtures.length ? fs.readFileSync(page, 'utf8') : `${JSON.stringify(seen, null, 2)}\n`
    await expect(table).toMatchFileSnapshot(page)
  })
})
