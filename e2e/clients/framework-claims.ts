import fs from 'node:fs'

const README = new URL('../../packages/telemetry/README.md', import.meta.url)

/** What the README claims about a framework: by column of its table, whether it works. */
export type FrameworkClaims = Readonly<Record<string, boolean>>

/** The README's table of frameworks, by row. A cell is `yes` or `no`. */
export function readFrameworkClaims(): ReadonlyMap<string, FrameworkClaims> {
  const rows = fs.readFileSync(README, 'utf8').split('\n').map(cellsOf)
  const start = rows.findIndex(([first]) => first === 'framework')
  const [, ...columns] = rows[start] ?? []
  const end = rows.findIndex((cells, at) => at > start && cells.length === 0)
  return new Map(
    rows.slice(start + 2, end).map(([framework = '', ...cells]) => {
      if (cells.some((cell) => cell !== 'yes' && cell !== 'no')) throw new Error(`neither yes nor no: ${framework}`)
      return [framework, Object.fromEntries(cells.map((cell, at) => [columns[at] ?? '', cell === 'yes']))]
    }),
  )
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('| ')) return []
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim().replaceAll('`', ''))
}
