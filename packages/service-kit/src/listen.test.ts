import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { listen } from './listen.ts'

const anywhere = { host: '127.0.0.1', port: 0 }

function get(options: http.RequestOptions): Promise<{ status: number | undefined; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    http
      .get(options, (response) => {
        response.resume()
        response.once('end', () => resolve({ status: response.statusCode, connection: response.headers.connection }))
      })
      .once('error', reject)
  })
}

describe('listen', () => {
  it('names the address and the remedy when the port is in use', async () => {
    const first = await listen(() => {}, anywhere)
    const port = Number(new URL(first.url).port)
    await expect(listen(() => {}, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'TL_PORT_IN_USE',
      message: `HOST=127.0.0.1 PORT=${port}: another program listens there; stop it or choose another`,
    })
    await first.close(0)
  })

  it("reports an address that is not this machine's", async () => {
    await expect(listen(() => {}, { host: '203.0.113.1', port: 0 })).rejects.toMatchObject({ code: 'TL_LISTEN' })
  })

  it('finishes the request in flight, refuses new connections, and ends idle ones', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    let arrived = () => {}
    const inFlight = new Promise<void>((resolve) => (arrived = resolve))
    const listening = await listen(async (_request, response) => {
      arrived()
      await held
      response.end('done')
    }, anywhere)
    const agent = new http.Agent({ keepAlive: true })
    const answer = get({ port: new URL(listening.url).port, host: '127.0.0.1', agent })
    await inFlight
    const closed = listening.close(5000)
    await expect(get({ port: new URL(listening.url).port, host: '127.0.0.1' })).rejects.toThrow('ECONNREFUSED')
    release()
    expect((await answer).status).toBe(200)
    expect(await closed).toBe(0)
    agent.destroy()
  })

  it('cuts connections that outlast the drain time, and reports how many', async () => {
    let arrived = () => {}
    const inFlight = new Promise<void>((resolve) => (arrived = resolve))
    const listening = await listen(() => arrived(), anywhere)
    const answer = get({ port: new URL(listening.url).port, host: '127.0.0.1' }).catch((error: Error) => error)
    await inFlight
    expect(await listening.close(20)).toBe(1)
    expect(await answer).toBeInstanceOf(Error)
  })

  it('listens on a unix socket for its owner only, and replaces a stale one', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'listen-'))
    const socketPath = path.join(folder, 'app.sock')
    const dead = net.createServer().listen(socketPath)
    await new Promise((resolve) => dead.once('listening', resolve))
    fs.linkSync(socketPath, `${socketPath}.left`)
    await new Promise((resolve) => dead.close(resolve))
    fs.renameSync(`${socketPath}.left`, socketPath)

    const listening = await listen((_request, response) => response.end('ok'), { ...anywhere, socketPath })
    expect(fs.statSync(socketPath).mode & 0o777).toBe(0o600)
    expect((await get({ socketPath })).status).toBe(200)
    await expect(listen(() => {}, { ...anywhere, socketPath })).rejects.toMatchObject({ code: 'TL_PORT_IN_USE' })
    await listening.close(0)
    fs.rmSync(folder, { recursive: true })
  })

  it('does not delete a file that is not a socket', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'listen-'))
    const socketPath = path.join(folder, 'precious.txt')
    fs.writeFileSync(socketPath, 'precious')
    await expect(listen(() => {}, { ...anywhere, socketPath })).rejects.toMatchObject({ code: 'TL_LISTEN' })
    expect(fs.readFileSync(socketPath, 'utf8')).toBe('precious')
    fs.rmSync(folder, { recursive: true })
  })
})
