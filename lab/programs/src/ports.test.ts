import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { findPortOwner } from './port-owner.ts'
import { choosePorts, demoPorts, isPortFree, requireFreePorts, takeFreePort } from './ports.ts'

async function listener(host = '127.0.0.1') {
  const server = net.createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: async () => void server.close() }
}

/** From `lsof` and /proc; other systems have neither. */
const ownersAreKnown = process.platform === 'linux' || process.platform === 'darwin'

describe('ports', () => {
  it('returns free ports, each once, below the ephemeral range', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, takeFreePort))
    expect(new Set(ports).size).toBe(50)
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000)
    expect(Math.max(...ports)).toBeLessThan(30_000)
  })

  it.each(['127.0.0.1', '0.0.0.0'])('detects a port in use on %s', async (host) => {
    await using taken = await listener(host)
    expect(await isPortFree(taken.port)).toBe(false)
  })

  it('lets the built-in servers choose their ports in a lab on free ports', async () => {
    expect(await choosePorts('free')).toMatchObject({ otlp: 0, zipkin: 0, datadog: 0, query: 0, control: 0 })
  })

  it('uses the documented ports, except those the caller sets', async () => {
    expect(await choosePorts({ dashboard: 8080 })).toEqual({ ...demoPorts, dashboard: 8080 })
  })

  it.runIf(ownersAreKnown)('names every port in use, its purpose and its owner', async () => {
    await using one = await listener()
    await using other = await listener('0.0.0.0')
    const refused = requireFreePorts({ dashboard: one.port, otlp: other.port, query: 0, inbound: await takeFreePort() })
    await expect(refused).rejects.toMatchObject({ code: 'TL_LAB_PORT_IN_USE' })
    const owner = String.raw`in use by .+ \(pid ${process.pid}\)`
    await expect(refused).rejects.toThrow(
      new RegExp(`^port ${one.port} \\(dashboard\\) is ${owner}\nport ${other.port} \\(otlp\\) is ${owner}$`),
    )
  })

  it('reports no owner for a free port', async () => {
    expect(await findPortOwner(await takeFreePort())).toBeUndefined()
  })
})
