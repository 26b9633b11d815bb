import express from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { createForwardMiddleware } from './express.ts'
import { currentForwardHeaders } from '../forward.ts'

const TRACEPARENT = '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01'

function createApp() {
  const app = express()
  app.use(createForwardMiddleware())
  app.use(express.json())
  app.post('/', async (_request, response) => {
    await Promise.resolve()
    response.json(currentForwardHeaders())
  })
  app.get('/fails', () => {
    throw new Error('on purpose')
  })
  return app
}

describe('the Express middleware', () => {
  it('provides the headers after body parsers and promises', async () => {
    const { body } = await request(createApp()).post('/').set('traceparent', TRACEPARENT).send({ a: 1 }).expect(200)
    expect(body).toMatchObject({ traceparent: TRACEPARENT, 'x-b3-spanid': 'e457b5a2e4d86bd1' })
  })

  it('keeps requests apart', async () => {
    const app = createApp()
    const ids = Array.from({ length: 20 }, (_, at) => `k=${at}`)
    const seen = await Promise.all(ids.map((baggage) => request(app).post('/').set('baggage', baggage).send({})))
    expect(seen.map(({ body }) => (body as Record<string, string>)['baggage'])).toEqual(ids)
  })

  it('passes on a request without headers, and one that fails', async () => {
    const app = createApp()
    expect((await request(app).post('/').send({})).body).toEqual({})
    await request(app).get('/fails').expect(500)
  })
})
