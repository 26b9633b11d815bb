import { describe, expect, it } from 'vitest'
import { panBy, seenBar, wholeTrace, zoomBy } from './zoom-model.js'

describe('the zoom', () => {
  it('keeps its center, and stays within the trace', () => {
    const closer = zoomBy(wholeTrace, 2, 0.5)
    expect(closer).toEqual({ from: 0.25, to: 0.75 })
    expect(panBy(closer, 10)).toEqual({ from: 0.5, to: 1 })
    expect(zoomBy(closer, 0.01)).toEqual(wholeTrace)
    expect(zoomBy(wholeTrace, 1e9).to).toBeGreaterThan(0)
  })

  it('clips bars to the visible part', () => {
    const zoom = { from: 0.5, to: 1 }
    expect(seenBar(zoom, { left: 0.25, width: 0.5 })).toEqual({ left: 0, width: 0.5 })
    expect(seenBar(zoom, { left: 0, width: 0.25 })).toBeNull()
    expect(seenBar(wholeTrace, { left: 0.1, width: 0.2 })).toEqual({ left: 0.1, width: expect.closeTo(0.2) as number })
  })
})
