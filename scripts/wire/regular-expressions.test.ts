import path from 'node:path'
import { check } from 'recheck'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../root.mjs'
import { type Pattern, regularExpressionsOf, shippedSources, withoutLargeLimits } from './regular-expressions.mjs'

/** Patterns that are built later than at the load of their module, from what an application says, as one looks. */
const builtLater: Record<string, string> = {
  'packages/telemetry/src/http/express-mounts.ts': '^/shops/[^/]+/orders/a-[^/]+\\.json(?:/|$)',
}

/** Why a pattern may be slow, with a text that makes it so; undefined when its time grows as the text does. */
async function slowness({ at, source, flags }: Pattern): Promise<string | undefined> {
  const result = await check(withoutLargeLimits(source), flags, { timeout: 30_000 })
  if (result.status === 'safe') return undefined
  const why =
    result.status === 'vulnerable'
      ? `${result.complexity.summary} on ${result.attack.pattern}`
      : `not decided (${result.error.kind}), so simplify it`
  return `${at} /${source}/${flags}: ${why}`
}

/** What `RegExp` is asked to build while modules are loaded, and where. */
function recordBuilt(): { patterns: Pattern[]; stop: () => void } {
  const Original = globalThis.RegExp
  const patterns: Pattern[] = []
  globalThis.RegExp = new Proxy(Original, {
    construct(target, [source, flags = '']: [string | RegExp, string?]) {
      const frame = new Error().stack?.split('\n')[2] ?? ''
      const [, file = '', line = ''] = /\(?(?:file:\/\/)?([^()\s]+?):(\d+):\d+\)?$/.exec(frame) ?? []
      patterns.push({ at: `${path.relative(ROOT, file)}:${line}`, source: String(source), flags })
      return new target(source, flags)
    },
  })
  return { patterns, stop: () => void (globalThis.RegExp = Original) }
}

describe('regular expressions of what we ship', () => {
  const sources = shippedSources().map((file) => ({ file, ...regularExpressionsOf(file) }))
  const built = recordBuilt()

  beforeAll(async () => {
    for (const { file, built: calls } of sources) if (calls.length > 0) await import(path.join(ROOT, file))
    built.stop()
  })
  afterAll(built.stop)

  it('are all found: as literals, and as what their module builds when it is loaded', () => {
    const calls = sources.flatMap((source) => source.built)
    const seen = new Set(built.patterns.map(({ at }) => at))
    const isSeen = (call: string) => seen.has(call) || (call.split(':')[0] ?? '') in builtLater
    expect(calls.filter((call) => !isSeen(call))).toEqual([])
    expect([sources.length, calls.length]).toEqual([expect.toSatisfy((n) => n > 400), expect.toSatisfy((n) => n > 5)])
  })

  it('take a time that grows as the text does', { timeout: 300_000 }, async () => {
    const later = Object.entries(builtLater).map(([at, source]) => ({ at, source, flags: 'i' }))
    const all = [...sources.flatMap(({ literals }) => literals), ...built.patterns, ...later]
    const distinct = new Map(all.map((pattern) => [`/${pattern.source}/${pattern.flags}`, pattern]))
    expect(distinct.size).toBeGreaterThan(150)
    const slow: (string | undefined)[] = []
    for (const pattern of distinct.values()) slow.push(await slowness(pattern))
    expect(slow.filter(Boolean)).toEqual([])
  })

  it.each([
    ['a value that may be empty between optional spaces', '^a=[ \\t]*[!-~]*[ \\t]*$'],
    ['a member of a list between spaces', '^ *a= *[a-z]* *(?:, *a= *[a-z]* *){0,63}$'],
    ['the end of a run', '/+$'],
  ])('are refused when slow: %s', async (_what, source) => {
    expect(await slowness({ at: 'here:1', source, flags: '' })).toMatch(/^here:1 .*(polynomial|exponential)/)
  })
})
