import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../root.mjs'
import { exportedParsers } from './exported-parsers.mjs'
import { nearMisses, TAIL } from './near-misses.mjs'
import { notWireData, parserInputs } from './parser-inputs.ts'

const MOST_MS = 5
/** Time for four times the text is four times as long where it is linear, and sixteen times where it is quadratic. */
const LINEAR = 8
/** A loaded machine interrupts and slows down: processor time is counted, and the fastest of several runs. */
const RUNS = 10

function fastest(run: () => unknown): number {
  let best = Infinity
  for (let count = 0; count < RUNS && best > MOST_MS; count++) {
    const start = process.cpuUsage()
    try {
      run()
    } catch {
      // Refused by an error of the protocol, in the time that is measured.
    }
    const { user, system } = process.cpuUsage(start)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

interface Parser {
  parse: (...args: readonly unknown[]) => unknown
  args: (text: string) => readonly unknown[]
}

/**
 * The first text that takes a parser longer than it may; undefined when there is none. A slow machine is no slow parser:
 * past the limit, the time must also grow faster than the text.
 */
function firstSlow({ parse, args }: Parser, valid: string): string | undefined {
  const time = (text: string): number => {
    const given = args(text)
    return fastest(() => parse(...given))
  }
  for (const text of nearMisses(valid)) {
    const ms = time(text)
    if (ms <= MOST_MS) continue
    if (ms > 10 * MOST_MS || ms > LINEAR * time(text.slice(0, text.length / 4) + TAIL)) {
      return `${Math.round(ms)} ms for ${text.length} characters: ${JSON.stringify(text.slice(0, 80))}`
    }
  }
  return undefined
}

describe('a reader of wire data', () => {
  const exported = exportedParsers()

  it('is in the table, or known to read nothing that a caller sends', () => {
    const known = [...Object.keys(parserInputs), ...notWireData]
    expect(exported.map(({ key }) => key).toSorted()).toEqual(known.toSorted())
  })

  it.each(Object.entries(parserInputs))(
    'takes at most 5 ms for any 64 kB: %s',
    async (key, { valid, args }) => {
      const { file = '', name = '' } = exported.find((each) => each.key === key) ?? {}
      const module = (await import(path.join(ROOT, file))) as Record<string, (...args: readonly unknown[]) => unknown>
      const parse = module[name]
      if (parse === undefined) throw new Error(`${file} exports no ${name}`)
      expect(
        valid.map((text) => firstSlow({ parse, args: args ?? ((given) => [given]) }, text)).filter(Boolean),
      ).toEqual([])
    },
    120_000,
  )

  it('is refused when a text makes it backtrack', () => {
    const members = /^(?:a=[ \t]*[!-+--~]*[ \t]*(?:,|$))+$/
    expect(firstSlow({ parse: (text) => members.test(String(text)), args: (text) => [text] }, 'a= ,a=')).toMatch(
      /^\d+ ms for \d+ characters/,
    )
  })
})
