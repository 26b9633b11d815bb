import { isDeepStrictEqual } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { CLIENTS, PLACES } from './cells.ts'
import { expectOneContext } from './expect-one-context.ts'
import { readFrameworkClaims } from './framework-claims.ts'
import { type FrameworkRun, runFrameworks } from './framework-run.ts'
import { ROUTES } from './framework-spans.ts'

const ALONE = 'http.route'
const BESIDE = 'beside its instrumentation'
const INSTRUMENTATIONS = ['--import', '@throughline/telemetry/register', '--import', './framework-instrumentations.mjs']

const claims = [...readFrameworkClaims()]

/** The oldest and the newest Node of each line of the SDK. */
const ends = [PLACES.filter(({ line }) => line === '2.x'), PLACES.filter(({ line }) => line === '3.x')].flatMap(
  (places) => [places[0], places.at(-1)].filter((place) => place !== undefined),
)

const programs = [
  ...PLACES.map((place) => ({ ...place, column: ALONE, execArgv: undefined })),
  ...ends.map((place) => ({ ...place, column: BESIDE, execArgv: INSTRUMENTATIONS })),
]
/** The code that sets headers there knows no framework. */
const otherModes = ['stock', 'SDK off'].flatMap((mode) =>
  [ends[0], ends.at(-1)].flatMap((place) => (place === undefined ? [] : [{ ...place, mode }])),
)

describe('the table of frameworks in the README of telemetry', () => {
  it('has a column for each client, with yes or no in every row', () => {
    for (const [, cells] of claims) expect(Object.keys(cells)).toEqual([ALONE, BESIDE, ...CLIENTS])
  })
})

describe.each(programs)('frameworks on Node $node, SDK $line, $column', ({ column, ...options }) => {
  let run: FrameworkRun
  beforeAll(async () => {
    run = await runFrameworks({ ...options, mode: 'default' })
  })

  it('match the README', () => {
    expect([...run.frameworks.keys()]).toEqual(claims.map(([framework]) => framework))
    expect(run.stderr).toBe('')
  })

  it.each(claims)('%s has the routes that the README claims', (framework, cells) => {
    const record = run.frameworks.get(framework)
    expect(record?.statuses).toEqual([200, 200, 200, 500, 404, 404])
    const isClaimed = cells[column] === true
    expect(record?.spans).toMatchObject(isClaimed ? { names: ROUTES, mismatches: [] } : {})
    expect(isDeepStrictEqual(record?.spans.names, ROUTES)).toBe(isClaimed)
  })

  it.each(claims)('%s propagates through the clients that the README claims', (framework, cells) => {
    const record = run.frameworks.get(framework)
    for (const client of CLIENTS) {
      const call = record?.calls[client]
      if (cells[client] === true) expectOneContext(call, { mode: 'default' })
      const spanId = call?.header('x-b3-spanid')[0]
      const isBelow = record?.spans.isBelow(spanId, `/users/${encodeURIComponent(client)}`)
      expect({ client, isBelow }).toEqual({ client, isBelow: cells[client] })
    }
  })
})

describe.each(otherModes)('frameworks on Node $node, SDK $line, $mode', (options) => {
  it('propagate their caller’s trace through every client', async () => {
    const { frameworks } = await runFrameworks(options)
    for (const { calls } of frameworks.values()) {
      for (const client of CLIENTS) expectOneContext(calls[client], options)
    }
  })
})
