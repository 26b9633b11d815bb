import net from 'node:net'
import { buffer } from 'node:stream/consumers'
import { startServer } from '@throughline/lab-testkit'
import express from 'express'
// @ts-expect-error -- Express 4 under another name has no types; those of 5 are used.
import express4 from 'express4'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startInMemorySdk, type InMemorySdk } from '../in-memory-sdk.test-support.ts'

/** Sends a request line as it is. */
async function send(port: number, target: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(`GET ${target} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n`)
  return (await buffer(socket)).toString()
}

describe.each([
  ['Express 5', express],
  ['Express 4', express4 as unknown as typeof express],
])('http.route of %s', (_name, lib) => {
  let sdk: InMemorySdk

  beforeEach(() => (sdk = startInMemorySdk()))
  afterEach(() => sdk[Symbol.asyncDispose]())

  const answer = (_req: express.Request, res: express.Response): void => void res.json({})
  const fail = (): void => {
    throw new Error('broken on purpose')
  }
  const onError = (_error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction): void =>
    void res.status(500).json({})

  function createApp(): express.Express {
    const orders = lib.Router().get('/', answer).get('/:order', answer).get('/:order/fail', fail)
    const users = lib.Router({ mergeParams: true }).use('/orders', orders).get('/', answer)
    const shared = lib.Router().get('/x/:id', answer)
    const sub = lib().get('/hello/:name', answer).use('/v:version', lib.Router().get('/deep', answer))
    const app = lib()
    app.use((req, _res, next) => {
      if (req.url.startsWith('/old/')) req.url = '/users/7/orders/9'
      next()
    })
    app.use('/users/:id', users)
    app.use('/files-:name', lib.Router().get('/', answer))
    app.use(['/a/:one', '/b/:two'], shared)
    app.use('/c', shared)
    app.use('/apps/:tenant', sub)
    app.get('/plain/:id', answer)
    app.use(onError)
    return app
  }

  it.each([
    ['/plain/42', '/plain/:id'],
    ['/users/42', '/users/:id'],
    ['/users/users', '/users/:id'],
    ['/users/orders/orders/orders', '/users/:id/orders/:order'],
    ['/users/42/orders/7?a=/b', '/users/:id/orders/:order'],
    ['/users/a%20b/orders', '/users/:id/orders'],
    ['/users/42/orders/7/fail', '/users/:id/orders/:order/fail'],
    ['/files-report', '/files-:name'],
    ['/a/1/x/2', '/a/:one/x/:id'],
    ['/b/1/x/2', '/b/:two/x/:id'],
    ['/c/x/2', '/c/x/:id'],
    ['/apps/acme/hello/you', '/apps/:tenant/hello/:name'],
    ['/apps/acme/v2/deep', '/apps/:tenant/v:version/deep'],
    ['/old/user/secret', '/users/:id/orders/:order'],
    ['http://user:secret@shop/users/42/orders/7', '/users/:id/orders/:order'],
    ['http://user:secret@shop/users/42/orders/7/fail', '/users/:id/orders/:order/fail'],
    ['http://user:secret@shop/plain/42', '/plain/:id'],
    ['/users/%E0%A4%A', undefined],
    ['/missing', undefined],
  ])('for %s is %s, the second time as well', async (target, route) => {
    await using served = await startServer(createApp())
    await send(served.port, target)
    await send(served.port, target)
    const spans = sdk.spans()
    expect(spans.map((span) => span.attributes['http.route'])).toEqual([route, route])
    expect(spans[0]?.name).toBe(route === undefined ? 'GET' : `GET ${route}`)
    expect(JSON.stringify(spans.map(({ name, attributes }) => ({ name, attributes })))).not.toMatch(/user:secret/)
  })

  it('is found again where a router is mounted in two places', async () => {
    await using served = await startServer(createApp())
    for (const target of ['/a/1/x/2', '/c/x/2', '/b/1/x/2', '/a/3/x/4']) await send(served.port, target)
    expect(sdk.spans().map((span) => span.attributes['http.route'])).toEqual([
      '/a/:one/x/:id',
      '/c/x/:id',
      '/b/:two/x/:id',
      '/a/:one/x/:id',
    ])
  })
})
