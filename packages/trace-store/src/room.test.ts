import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createRoom } from './room.ts'

/** Whether a promise has settled after all pending work. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true
  const settle = (): void => void (pending = false)
  promise.then(settle, settle)
  await vi.advanceTimersByTimeAsync(0)
  return pending
}

function noEvict() {}

describe('createRoom', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('lets leases wait in line until there is room', async () => {
    const room = createRoom({ size: 10 })
    const first = room.enter(noEvict)
    const second = room.enter(noEvict)
    await first.take(6)
    await second.take(4)
    const more = second.take(1)
    const behind = room.enter(noEvict).take(1)
    expect([await isPending(more), await isPending(behind)]).toEqual([true, true])
    first.release()
    first.release()
    await Promise.all([more, behind])
  })

  it('ends the oldest lease after a while, but only when another waits', async () => {
    const room = createRoom({ size: 1, patienceMs: 20 })
    const evict = vi.fn()
    const slow = room.enter(evict)
    await slow.take(1)
    await vi.advanceTimersByTimeAsync(40)
    expect(evict).not.toHaveBeenCalled()
    const next = room.enter(noEvict).take(1)
    await vi.advanceTimersByTimeAsync(0)
    await next
    expect(evict).toHaveBeenCalledOnce()
    await expect(slow.take(1)).rejects.toMatchObject({ code: 'TL_TRACE_BUSY', status: 503 })
  })

  it('does not count time before a renewal', async () => {
    const room = createRoom({ size: 1, patienceMs: 20 })
    const lease = room.enter(noEvict)
    await lease.take(1)
    await vi.advanceTimersByTimeAsync(15)
    lease.renew()
    const next = room.enter(noEvict).take(1)
    await vi.advanceTimersByTimeAsync(15)
    expect(await isPending(next)).toBe(true)
    await vi.advanceTimersByTimeAsync(5)
    await next
  })

  it('refuses an excess lease, unless the oldest has had its time', async () => {
    const room = createRoom({ size: 1, patienceMs: 20, maxLeases: 1 })
    const evict = vi.fn()
    room.enter(evict)
    expect(() => room.enter(noEvict)).toThrow('as many requests are in progress')
    await vi.advanceTimersByTimeAsync(40)
    room.enter(noEvict)
    expect(evict).toHaveBeenCalledOnce()
  })
})
