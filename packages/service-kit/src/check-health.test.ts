import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { createHealth } from './health.ts'
import { checkHealth } from './check-health.ts'

async function serve(at: { host: string; port: number } | { path: string }) {
  const health = createHealth()
  const server = http.createServer(express().use(health.routes))
  await new Promise<void>((resolve) => server.listen(at, resolve))
  const address = server.address() as AddressInfo | string
  return {
    health,
    port: typeof address === 'string' ? '' : String(address.port),
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('the health check', () => {
  it('finds a service alive before it is ready, and ready after', async () => {
    await using service = await serve({ host: '127.0.0.1', port: 0 })
    const env = { PORT: service.port, HOST: '127.0.0.1' }
    expect(await checkHealth(env, undefined)).toBeUndefined()
    expect(await checkHealth(env, 'ready')).toBe('/health/ready answered 503')
    service.health.setReady(true)
    expect(await checkHealth(env, 'ready')).toBeUndefined()
  })

  it('probes loopback when the service listens on all addresses, or HOST is not set', async () => {
    await using service = await serve({ host: '0.0.0.0', port: 0 })
    expect(await checkHealth({ PORT: service.port, HOST: '0.0.0.0' }, undefined)).toBeUndefined()
    expect(await checkHealth({ PORT: service.port }, undefined)).toBeUndefined()
  })

  it('probes a socket when the service listens on one', async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-health-'))
    const socket = path.join(folder, 'app.sock')
    await using service = await serve({ path: socket })
    service.health.setReady(true)
    expect(await checkHealth({ SOCKET_PATH: socket, PORT: '1' }, 'ready')).toBeUndefined()
    await fs.rm(folder, { recursive: true, force: true })
  })

  it('reports the error when nothing listens', async () => {
    const service = await serve({ host: '127.0.0.1', port: 0 })
    await service[Symbol.asyncDispose]()
    expect(await checkHealth({ PORT: service.port }, undefined)).toContain('ECONNREFUSED')
  })
})
