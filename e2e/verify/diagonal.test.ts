import fs from 'node:fs'
import path from 'node:path'
import { catalogue, type Evidence, judge } from 'throughline'
import { describe, expect, it } from 'vitest'
import { fixtures } from './support/fixtures.ts'
import { runFixture } from './support/run-fixture.ts'

const page = path.resolve(import.meta.dirname, '../../docs/reference/data/findings-diagonal.json')
const rows = new Map<string, object>()

/** Findings at warning or above, and that of the situation where it is a note; a suspected one is marked. */
function found(evidence: Evidence, own: string, rules = catalogue): string[] {
  const { findings } = judge(evidence, { rules })
  const names = findings
    .filter(({ id, level }) => level !== 'note' || id === own)
    .map(({ id, suspected }) => (suspected ? `${id} suspected` : id))
  return [...new Set(names)].toSorted()
}

function notesBeside(evidence: Evidence, own: string): string {
  const ids = judge(evidence).findings.filter(({ id, level }) => level === 'note' && id !== own)
  return [...new Set(ids.map(({ id }) => id))].toSorted().join(', ')
}

describe('every situation leads to exactly its own finding', () => {
  it.each(fixtures)('$finding: $title', async ({ title, finding, ...situation }) => {
    const { quiet, loaded } = await runFixture(situation)
    const seen = [quiet, ...(loaded ? [loaded] : [])].map((evidence) => found(evidence, finding))
    expect(seen).toEqual(seen.map(() => [finding]))
    // Without its rule the situation is not recognized, whatever else is found.
    const others = catalogue.filter(({ id }) => id !== finding)
    expect(found(quiet, finding, others)).not.toEqual([finding])
    rows.set(title, { title, finding, notes: notesBeside(quiet, finding), underLoad: loaded !== undefined })
  })

  it('produces the table in the documentation', async () => {
    const seen = fixtures.flatMap(({ title }) => rows.get(title) ?? [])
    // A partial run proves nothing about the other situations.
    const table = rows.size < fixtures.length ? fs.readFileSync(page, 'utf8') : `${JSON.stringify(seen, null, 2)}\n`
    await expect(table).toMatchFileSnapshot(page)
  })
})
