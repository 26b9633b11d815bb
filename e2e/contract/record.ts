import fs from 'node:fs'
import path from 'node:path'

/** What `docs/comparison.md` has a row for; `bypass: …` rows are added by the name of what closes the way. */
export type Row =
  | 'programs'
  | 'mutual TLS'
  | 'what a denied caller sees'
  | 'time to deny'
  | 'time to allow'
  | 'hops in one trace'
  | 'spans of a denied call'
  | 'tracing: settings'
  | 'tracing: lines'
  | 'tracing: sidecars restarted by a change'
  | 'latency against direct'
  | 'start to the first answer'
  | 'memory of the control plane'
  | 'memory of a sidecar'
  | `bypass: ${string}`

export interface Cell {
  value: string
  /** Name of the test that found it. */
  test: string
}

/** One mesh, as measured by the contract test. */
interface MeshRecord {
  mesh: string
  cells: Partial<Record<Row, Cell>>
}

/** `COMPARE_DATA` names another folder: `npm run compare` keeps what was measured in the documents. */
const folder = process.env['COMPARE_DATA'] ?? path.join(import.meta.dirname, '../test-results/compare')

/** Collects what the contract finds out about a mesh, for `docs/comparison.md`. */
export function createRecord(mesh: string) {
  const record: MeshRecord = { mesh, cells: {} }
  return {
    add(row: Row, cell: Cell): void {
      record.cells[row] = cell
    },
    write(): void {
      fs.mkdirSync(folder, { recursive: true })
      fs.writeFileSync(path.join(folder, `mesh-${mesh}.json`), `${JSON.stringify(record, null, 2)}\n`)
    },
  }
}
