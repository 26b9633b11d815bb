import { context } from '@opentelemetry/api'
import { getRPCMetadata } from '@opentelemetry/core'
import { startServer } from '@throughline/lab-testkit'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startInMemorySdk, type InMemorySdk } from '../in-memory-sdk.test-support.ts'
import { request } from './request.test-support.ts'
import { setRoute } from './set-route.ts'

describe('the route of a server span', () => {
  let sdk: InMemorySdk
  beforeEach(() => (sdk = startInMemorySdk()))
  afterEach(() => sdk[Symbol.asyncDispose]())

  const spanOf = (): unknown => {
    const [span] = sdk.spans()
    return { name: span?.name, route: span?.attributes['http.route'] }
  }

  it('is read from an instrumentation’s RPCMetadata beside the span', async () => {
    let spanId
    await using app = await startServer((_req, res) => {
      const metadata = getRPCMetadata(context.active())
      spanId = metadata?.span.spanContext().spanId
      if (metadata !== undefined) metadata.route = '/users/:id'
      res.end()
    })
    await request(`${app.url}/users/7`, { headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } })
    expect(spanOf()).toEqual({ name: 'GET /users/:id', route: '/users/:id' })
    expect(spanId).toBe(sdk.spans()[0]?.spanContext().spanId)
  })

  it.each([
    ['/users/:id', { name: 'GET /users/:id', route: '/users/:id' }],
    [/^\/users\/\d+$/, { name: 'GET /^\\/users\\/\\d+$/', route: '/^\\/users\\/\\d+$/' }],
    [undefined, { name: 'GET', route: undefined }],
    ['', { name: 'GET', route: undefined }],
  ])('is the one set by the program: %s', async (route, expected) => {
    await using app = await startServer((_req, res) => {
      setRoute(route)
      setTimeout(() => res.end())
    })
    await request(`${app.url}/users/7`)
    expect(spanOf()).toEqual(expected)
  })

  it('is the one set by the program, even in Express', async () => {
    const handler: express.RequestHandler = (_req, res) => {
      setRoute('/users/{id}')
      res.end()
    }
    await using app = await startServer(express().get('/users/:id', handler))
    await request(`${app.url}/users/7`)
    expect(spanOf()).toEqual({ name: 'GET /users/{id}', route: '/users/{id}' })
  })

  it('is undefined outside a request', () => {
    expect(() => setRoute('/users/:id')).not.toThrow()
  })
})
