import { once } from 'node:events'
import http from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { takeFreePort } from '@throughline/lab-programs'
import { temporaryFolder } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { guardApi } from './guard-api.ts'

/** A fake agent on a socket, behind the guard. */
async function startGuarded() {
  const folder = await temporaryFolder()
  const socketPath = path.join(folder.path, 'api.sock')
  const received: string[] = []
  const agent = http.createServer((request, response) => {
    received.push(`${request.method} ${request.url}`)
    response.writeHead(201, { 'x-consul-index': '7' })
    request.pipe(response)
  })
  agent.listen(socketPath)
  await once(agent, 'listening')
  const port = await takeFreePort()
  const guard = await guardApi({ api: { socketPath }, hosts: ['127.0.0.1'], port, allowedHosts: ['laptop.local'] })
  return {
    received,
    agent,
    async send(headers: http.OutgoingHttpHeaders, method = 'POST') {
      const request = http.request({ port, host: '127.0.0.1', method, path: '/v1/connect/intentions', headers })
      request.end(method === 'GET' ? undefined : 'a rule')
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      return { status: response.statusCode, index: response.headers['x-consul-index'], body: await text(response) }
    },
    async [Symbol.asyncDispose]() {
      await guard[Symbol.asyncDispose]()
      agent.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

describe('the guard of Consul’s API', () => {
  it.each([
    ['a page of another site', { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }],
    ['a page of another origin', { origin: 'http://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['another name (DNS rebinding)', { host: 'evil.example', origin: 'http://evil.example' }],
  ])('refuses what a browser sends for %s', async (_what, headers) => {
    await using guarded = await startGuarded()
    expect((await guarded.send(headers)).status).toBe(403)
    expect(guarded.received).toEqual([])
  })

  it.each([
    ['a program', {}],
    ['its own page', { 'sec-fetch-site': 'same-origin' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['a name that was added', { host: 'laptop.local' }],
  ])('forwards a request of %s and its answer unchanged', async (_what, headers) => {
    await using guarded = await startGuarded()
    expect(await guarded.send(headers)).toEqual({ status: 201, index: '7', body: 'a rule' })
    expect(guarded.received).toEqual(['POST /v1/connect/intentions'])
  })

  it('answers 502 while the agent is down', async () => {
    await using guarded = await startGuarded()
    guarded.agent.close()
    await once(guarded.agent, 'close')
    expect((await guarded.send({}, 'GET')).status).toBe(502)
  })
})
