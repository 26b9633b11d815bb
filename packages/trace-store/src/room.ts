import { RequestError } from './request-error.ts'

/** A share of a room. `release` returns everything that the lease took; safe to call again. */
export interface Lease {
  /**
   * Takes `amount` more once there is room. Rejects with a RequestError (503) if this lease was evicted, or waited
   * longest.
   */
  take: (amount: number) => Promise<void>
  /** Restarts the lease's time, because its client is not slow. */
  renew: () => void
  release: () => void
}

/** A bound on the memory of concurrent requests. */
export interface Room {
  /** An empty lease. `onEvict` ends the work that holds it. */
  enter: (onEvict: () => void) => Lease
}

export interface RoomOptions {
  /** How much all leases may hold together. */
  size: number
  /** How long a lease may last while others wait, in ms. Default 5000. */
  patienceMs?: number
  /** Most leases at once. Default 1024. */
  maxLeases?: number
}

interface Held {
  amount: number
  since: number
  evict: () => void
}

interface Waiter {
  lease: Held
  amount: number
  resolve: () => void
  reject: (error: RequestError) => void
}

const busy = (): RequestError =>
  new RequestError('TL_TRACE_BUSY', 'as many requests are in progress as the store has room for; try again')

/**
 * Makes a room. A lease that finds it full waits in line. A deliberately slow client must not block others: while any
 * lease waits, the oldest one ends after `patienceMs`.
 */
export function createRoom({ size, patienceMs = 5000, maxLeases = 1024 }: RoomOptions): Room {
  // Oldest first: a Set iterates in order of insertion.
  const leases = new Set<Held>()
  let line: Waiter[] = []
  let used = 0
  let timer: NodeJS.Timeout | undefined

  const serveLine = (): void => {
    for (let next = line[0]; next !== undefined && used + next.amount <= size; next = line[0]) {
      line.shift()
      used += next.amount
      next.lease.amount += next.amount
      next.resolve()
    }
    clearTimeout(timer)
    const oldest = leases.values().next().value
    if (line.length === 0 || oldest === undefined) return
    timer = setTimeout(() => end(oldest, true), Math.max(0, oldest.since + patienceMs - performance.now()))
    timer.unref()
  }

  const end = (lease: Held, evicted: boolean): void => {
    if (!leases.delete(lease)) return
    used -= lease.amount
    const waits = line.filter((waiter) => waiter.lease === lease)
    line = line.filter((waiter) => waiter.lease !== lease)
    for (const waiter of waits) waiter.reject(busy())
    if (evicted) lease.evict()
    serveLine()
  }

  return {
    enter(onEvict) {
      const oldest = leases.values().next().value
      if (leases.size >= maxLeases && oldest !== undefined) {
        if (performance.now() - oldest.since < patienceMs) throw busy()
        end(oldest, true)
      }
      const lease: Held = { amount: 0, since: performance.now(), evict: onEvict }
      leases.add(lease)
      return {
        take: (amount) =>
          new Promise((resolve, reject) => {
            if (!leases.has(lease)) return reject(busy())
            line.push({ lease, amount, resolve, reject })
            serveLine()
          }),
        renew: () => {
          if (!leases.delete(lease)) return
          lease.since = performance.now()
          leases.add(lease)
          serveLine()
        },
        release: () => end(lease, false),
      }
    },
  }
}
