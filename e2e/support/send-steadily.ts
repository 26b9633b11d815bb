/** Requests at a steady rate, however long each takes. */
export interface SteadyRequests {
  /** Sends no more, and resolves once every request has ended. */
  stop: () => Promise<void>
}

/** Calls `send` every so many milliseconds; it must not reject. */
export function sendSteadily(send: () => Promise<void>, intervalMs: number): SteadyRequests {
  const pending = new Set<Promise<void>>()
  const timer = setInterval(() => {
    const request = send()
    pending.add(request)
    void request.then(() => pending.delete(request))
  }, intervalMs)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(pending)
    },
  }
}
