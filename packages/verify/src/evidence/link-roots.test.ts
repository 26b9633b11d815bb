import { describe, expect, it } from 'vitest'
import { sketchSpan } from '../evidence.test-support.ts'
import { linkRoots } from './link-roots.ts'
import { buildForest } from './trace-forest.ts'

const traceId = (digit: string): string => digit.repeat(32)

/** Calls through a sidecar and roots of the app behind it, each by its start and its end in ms; which root is whose. */
function link(calls: [number, number][], roots: [number, number][]): Record<string, string> {
  const at = ([start, end]: [number, number]) => ({ startUs: start * 1000, durationUs: (end - start) * 1000 })
  const nodes = buildForest([
    ...calls.map((times, i) =>
      sketchSpan({ traceId: traceId(`${i}`), service: `call ${i}`, kind: 'server', node: 'sidecar', ...at(times) }),
    ),
    ...roots.map((times, i) =>
      sketchSpan({ traceId: traceId(`${i + 5}`), service: `app ${i}`, kind: 'server', ...at(times) }),
    ),
  ])
  linkRoots(nodes, () => false)
  const links = nodes.flatMap((node) => (node.link === null ? [] : [node.link]))
  return Object.fromEntries(
    links.map(({ host, root, certain }) => [root.span.service, `${host.span.service}${certain ? '' : '?'}`]),
  )
}

describe('roots and the calls that they belong to', () => {
  it('are tied where a root lies within a call, up to the precision of a clock', () => {
    expect(link([[10, 20]], [[12, 18]])).toEqual({ 'app 0': 'call 0' })
    expect(link([[10, 20]], [[8, 22]])).toEqual({ 'app 0': 'call 0' })
    expect(link([[10, 20]], [[7, 18]])).toEqual({})
    expect(link([[10, 20]], [[23, 30]])).toEqual({})
  })

  it('are tied where a busy app ends its span after its caller has the answer', () => {
    expect(link([[10, 14]], [[11, 36]])).toEqual({ 'app 0': 'call 0' })
    expect(link([[10, 14]], [[11, 115]])).toEqual({})
  })

  it('are tied to a call that contains them first', () => {
    const calls: [number, number][] = [
      [10, 14],
      [10, 40],
    ]
    expect(link(calls, [[11, 36]])).toEqual({ 'app 0': 'call 1' })
    expect(
      link(calls, [
        [11, 13],
        [11, 36],
      ]),
    ).toEqual({ 'app 0': 'call 0', 'app 1': 'call 1' })
  })

  it('are not certain where more roots fit a call than there are calls', () => {
    expect(
      link(
        [[10, 20]],
        [
          [12, 18],
          [13, 17],
        ],
      ),
    ).toEqual({ 'app 0': 'call 0?' })
    expect(
      link(
        [[10, 14]],
        [
          [11, 36],
          [12, 30],
        ],
      ),
    ).toEqual({ 'app 0': 'call 0?' })
  })
})
