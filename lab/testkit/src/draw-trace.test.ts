import { describe, expect, it } from 'vitest'

import { makeTrace, pathOf } from './chain.test-support.ts'
import { drawTrace } from './draw-trace.ts'

describe('drawTrace', () => {
  it('draws a tree by parent ids, in any order of the spans', () => {
    expect(drawTrace(makeTrace(pathOf('server', 'client', 'count').toReversed()))).toBe(
      ['dashboard SERVER server', '└─ dashboard CLIENT client', '   └─ counting SERVER count'].join('\n'),
    )
  })

  it('draws an orphan, and names the missing parent', () => {
    const spans = [...pathOf('server'), { id: 'count', parent: 'lost', process: 'count', kind: 'server' } as const]
    expect(drawTrace(makeTrace(spans))).toBe(
      'dashboard SERVER server\ncounting SERVER count (parent lost is not in this trace)',
    )
  })

  it('draws every span of a circular trace, and of one where two spans share an id', () => {
    const circle = makeTrace([
      { id: 'a', parent: 'b', process: 'dash', kind: 'server' },
      { id: 'b', parent: 'a', process: 'dash', kind: 'client' },
    ])
    expect(drawTrace(circle)).toBe('dashboard SERVER a (parent b: a circle)\n└─ dashboard CLIENT b')
    const shared = makeTrace([
      { id: 'a', process: 'dashProxy', kind: 'client' },
      { id: 'a', process: 'countProxy', kind: 'server' },
      { id: 'b', parent: 'a', process: 'count', kind: 'server' },
    ])
    expect(drawTrace(shared).split('\n')).toHaveLength(3)
  })

  it('notes that there are no spans', () => {
    expect(drawTrace(makeTrace([]))).toBe('(no spans)')
  })
})
