import { describe, expect, it, vi } from 'vitest'
import { createPoller } from './poller.js'

function createPage() {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  const turn = (state: 'visible' | 'hidden') => {
    page.visibilityState = state
    page.dispatchEvent(new Event('visibilitychange'))
  }
  return { page: page as unknown as Document, turn }
}

describe('createPoller', () => {
  it('never runs two tasks at once', async () => {
    const { page, turn } = createPage()
    let running = 0
    let most = 0
    let runs = 0
    const poller = createPoller(
      async () => {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        runs += 1
      },
      { everyMs: 0, page },
    )
    poller.start()
    poller.start()
    turn('visible')
    await vi.waitUntil(() => runs >= 5)
    poller.stop()
    expect(most).toBe(1)
  })

  it('rests while the page is hidden and runs at once when it is seen again', async () => {
    const { page, turn } = createPage()
    let runs = 0
    const poller = createPoller(async () => void (runs += 1), { everyMs: 60_000, page })
    turn('hidden')
    poller.start()
    expect(runs).toBe(0)
    turn('visible')
    expect(runs).toBe(1)
    poller.stop()
    turn('visible')
    expect(runs).toBe(1)
  })
})
