// @ts-check

/**
 * Runs a task repeatedly while the page is visible: the next run starts `everyMs` after the last one started,
 * and never before it ended. A page that becomes visible again runs it at once.
 *
 * @param {() => Promise<void>} task must not throw
 * @param {{ everyMs: number, page?: Document }} options
 * @returns {{ start(): void, stop(): void, now(): void }}
 */
export function createPoller(task, { everyMs, page = document }) {
  let started = false
  let running = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  const run = async () => {
    clearTimeout(timer)
    if (running || !started || page.visibilityState === 'hidden') return
    running = true
    const startMs = performance.now()
    try {
      await task()
    } finally {
      running = false
    }
    if (started) timer = setTimeout(run, Math.max(0, everyMs - (performance.now() - startMs)))
  }

  page.addEventListener('visibilitychange', run)
  return {
    start() {
      started = true
      void run()
    },
    stop() {
      started = false
      clearTimeout(timer)
    },
    now() {
      void run()
    },
  }
}
