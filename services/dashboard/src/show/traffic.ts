import { type TrafficSettings, trafficBaggage } from './traffic-settings.ts'

export interface TrafficOptions {
  /** Makes one request to this dashboard's own `GET /api/count`. Never rejects. */
  send: (headers: Record<string, string>) => Promise<void>
  initial: TrafficSettings
  /** Whether anyone is viewing the page. */
  isWatched: () => boolean
}

export interface Traffic {
  settings(): TrafficSettings
  change(change: Partial<TrafficSettings>): void
  /** Sends that many requests, ten at a time. */
  burst(requests: number): void
  /** One request that makes counting crash. */
  crash(): void
  /** A viewer has arrived: sends the first request now instead of a second later. */
  wake(): void
  /** Called after each change; returns a function that unsubscribes. */
  subscribe(listener: (settings: TrafficSettings) => void): () => void
  stop(): void
}

const PERIOD_MS = { off: undefined, auto: 1000, '1': 1000, '10': 100 } as const

/** A request that hangs occupies one of these: with a slow upstream traffic slows down and memory does not grow. */
const MAX_IN_FLIGHT = 30
const BURST_AT_ONCE = 10

/** The dashboard's own requests, sent by the server, so that they flow without a browser. */
export function createTraffic({ send, initial, isWatched }: TrafficOptions): Traffic {
  let settings = { ...initial }
  let timer: ReturnType<typeof setInterval> | undefined
  let inFlight = 0
  let waiting = 0
  let lastMs = Number.NEGATIVE_INFINITY
  let stopped = false
  const listeners = new Set<(settings: TrafficSettings) => void>()

  const sendOne = async (fault = settings.fault): Promise<void> => {
    if (stopped || inFlight >= MAX_IN_FLIGHT) return
    inFlight++
    lastMs = performance.now()
    const baggage = trafficBaggage({ ...settings, fault })
    await send(baggage === undefined ? {} : { baggage })
    inFlight--
  }
  const tick = (): void => {
    if (settings.rate !== 'auto' || isWatched()) void sendOne()
  }
  const schedule = (): void => {
    clearInterval(timer)
    const period = PERIOD_MS[settings.rate]
    timer = period === undefined || stopped ? undefined : setInterval(tick, period)
    // The server keeps the process alive; traffic alone must not.
    timer?.unref()
  }
  const workOff = async (): Promise<void> => {
    while (waiting > 0 && !stopped) {
      waiting--
      await sendOne()
    }
  }

  schedule()
  return {
    settings: () => ({ ...settings }),
    change(change) {
      settings = { ...settings, ...change }
      if (change.rate !== undefined) schedule()
      for (const listener of listeners) listener({ ...settings })
    },
    burst(requests) {
      const idle = waiting === 0
      waiting = Math.min(waiting + requests, 1000)
      if (idle) for (let i = 0; i < BURST_AT_ONCE; i++) void workOff()
    },
    crash: () => void sendOne('crash'),
    wake() {
      if (settings.rate === 'auto' && performance.now() - lastMs >= PERIOD_MS.auto) {
        schedule()
        void sendOne()
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    stop() {
      stopped = true
      waiting = 0
      clearInterval(timer)
    },
  }
}
