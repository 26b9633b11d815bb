import cluster from 'node:cluster'
import { isMainThread } from 'node:worker_threads'

/**
 * Flushes a worker of `node:cluster` whose primary has ended, for example by a signal to the primary only. Node
 * ends such a worker at once, unless `exitedAfterDisconnect` says that its end is under way; here it is.
 */
export function flushOnDisconnect(shutdown: () => Promise<void>): void {
  const { worker } = cluster
  if (worker === undefined || !isMainThread) return
  // Before Node's own listener, which ends the process.
  process.prependOnceListener('disconnect', () => {
    if (worker.exitedAfterDisconnect) return
    worker.exitedAfterDisconnect = true
    // With Node's own code.
    void shutdown().finally(() => process.exit(0))
  })
}
