import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { CHARTS } from './support/helm.ts'
import { differencesTable, valuesTable } from './support/values-table.ts'

const read = (file: string) => fs.readFileSync(path.join(CHARTS, file), 'utf8')

/** What stands between `<!-- name argument -->` and `<!-- /name -->` is written here, from the values files. */
const generators: Record<string, (argument: string) => string> = {
  values: (file) => valuesTable(read(file)),
  differences: () =>
    differencesTable([
      ['charts/consul', read('consul/values.yaml')],
      ['charts/istio', read('istio/values.yaml')],
    ]),
}

function generate(text: string): string {
  return text.replaceAll(
    /(<!-- (values|differences)( \S+)? -->\n)[^]*?(<!-- \/\2 -->)/g,
    (_all, open: string, name: string, argument: string | undefined, close: string) =>
      `${open}\n${generators[name]?.(argument?.trim() ?? '')}\n\n${close}`,
  )
}

describe.each([
  'README.md',
  'service/README.md',
  'observability/README.md',
  'consul/README.md',
  'consul/install/README.md',
  'istio/README.md',
])('%s', (file) => {
  it('has the tables of the values files (npx vitest run --project charts -u renews them)', async () => {
    const text = read(file)
    expect(text).toMatch(/<!-- (values|differences)/)
    await expect(generate(text)).toMatchFileSnapshot(path.join(CHARTS, file))
  })
})

describe('the comments of values files', () => {
  const text = '# Top.\na: 1\n\nb:\n  # Inner,\n  # on two lines.\n  c: "x"\n  d: 2\n# Whole.\ne:\n  f: 3\n'

  it('become rows, with the default beside each', () => {
    expect(valuesTable(text).split('\n').slice(2)).toEqual([
      '| `a` | `1` | Top. |',
      '| `b.c` | `x` | Inner, on two lines. |',
      '| `e` | `{"f":3}` | Whole. |',
    ])
  })

  it.each(['service', 'observability', 'consul/install/mesh'])('of %s explain every value', (chart) => {
    const rows = valuesTable(read(`${chart}/values.yaml`))
      .split('\n')
      .slice(2)
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([])
  })

  it('show the differences between two files', () => {
    expect(
      differencesTable([
        ['x', 'a: 1\nb: same\nc: {d.e/f: y}\n'],
        ['y', 'a: 2\nb: same\n'],
      ]).split('\n'),
    ).toEqual(['| value | x | y |', '| --- | --- | --- |', '| `a` | `1` | `2` |', '| `c."d.e/f"` | `y` |  |'])
  })
})

it('the script of helm test has exactly the variables that its page names', () => {
  const source = fs.readFileSync(path.join(CHARTS, '../services/dashboard/src/check-mesh.ts'), 'utf8')
  const known = [...source.matchAll(/^ +([A-Z_]+): variable/gm)].map(([, name]) => name)
  const named = [...read('observability/README.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name)
  expect(named).toEqual(known)
})
