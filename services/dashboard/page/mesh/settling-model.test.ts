import { describe, expect, it } from 'vitest'
import { createSettling } from './settling-model.js'

/** Feeds states one after another, as the page does, and returns what it shows after each. */
function page() {
  let time = 0
  let shown: Parameters<ReturnType<typeof createSettling>['judge']>[1] = 'connected'
  let checks = 0
  const settling = createSettling({ now: () => time })
  return {
    ...settling,
    pass: (ms: number) => void (time += ms),
    asked: () => checks,
    see: (...states: ('connected' | 'denied' | 'unreachable')[]) =>
      states.map((state) => {
        const { show, askAgain } = settling.judge(state, shown)
        if (askAgain) checks++
        if (show) shown = state
        return shown
      }),
  }
}

describe('what the page shows around a change of the mesh', () => {
  it('is every outcome at once without a change', () => {
    const { see, asked } = page()
    expect(see('denied', 'connected', 'unreachable')).toEqual(['denied', 'connected', 'unreachable'])
    expect(asked()).toBe(0)
  })

  it('does not flash connected on one stale 200 after a deny, whenever it arrives', () => {
    const { begin, end, see } = page()
    begin('denied')
    expect(see('connected', 'denied', 'connected', 'denied')).toEqual(['connected', 'denied', 'denied', 'denied'])
    end('denied')
    expect(see('connected', 'denied')).toEqual(['denied', 'denied'])
  })

  it('asks again a few times when the answer contradicts the rule', () => {
    const { begin, end, see, asked } = page()
    begin('denied')
    see('connected')
    expect(asked()).toBe(0)
    end('denied')
    see('connected')
    expect(asked()).toBe(1)
    see('connected', 'connected', 'connected', 'connected', 'connected')
    expect(asked()).toBe(4)
  })

  it('accepts a contradiction of the rule once it is seen twice', () => {
    const { begin, end, see } = page()
    begin('denied')
    see('denied')
    end('denied')
    expect(see('connected', 'connected')).toEqual(['denied', 'connected'])
  })

  it('does not flicker either while an unrelated setting changes', () => {
    const { begin, see } = page()
    begin(null)
    expect(see('unreachable', 'connected', 'unreachable')).toEqual(['unreachable', 'unreachable', 'unreachable'])
    expect(see('connected', 'connected')).toEqual(['unreachable', 'connected'])
  })

  it('accepts a reset as a denial on the TCP layer', () => {
    const { begin, end, see } = page()
    begin('denied')
    end('denied')
    expect(see('unreachable')).toEqual(['unreachable'])
  })

  it('ends five seconds after the answer', () => {
    const { begin, end, see, pass } = page()
    begin('denied')
    see('denied')
    end('denied')
    pass(5001)
    expect(see('connected')).toEqual(['connected'])
  })
})
