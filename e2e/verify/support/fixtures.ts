import type { Fixture } from './fixture.ts'
import { meshFixtures } from './mesh-fixtures.ts'
import { propagationFixtures } from './propagation-fixtures.ts'

/** Every situation of the diagonal, by the number of its finding. */
export const fixtures: Fixture[] = [...propagationFixtures, ...meshFixtures].toSorted((a, b) =>
  a.finding.localeCompare(b.finding),
)
