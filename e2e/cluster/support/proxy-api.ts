import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ClusterNode } from './start-node.ts'

/** Serves the API server without credentials, on a free port of loopback. */
export async function proxyApi({ env }: ClusterNode): Promise<AsyncDisposable & { url: string }> {
  const proxy = spawn('kubectl', ['proxy', '--port=0'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(proxy, 'exit')
  const [printed] = (await Promise.race([once(proxy.stdout, 'data'), ended])) as [Buffer | number]
  const [address = ''] = /127\.0\.0\.1:\d+/.exec(String(printed)) ?? []
  return {
    url: `http://${address}`,
    async [Symbol.asyncDispose]() {
      proxy.kill()
      await ended
    },
  }
}
