import express from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { checkHost } from './allowed-hosts.ts'
import { errorHandler } from './error-handler.ts'
import { createLogger } from './logger.ts'

function app(allowedHosts: readonly string[]) {
  const logger = createLogger({ service: 'test', level: 'silent' })
  return express()
    .use(checkHost(allowedHosts))
    .get('/', (_request, response) => void response.send('ok'))
    .use(errorHandler(logger))
}

describe('checkHost', () => {
  it.each([
    ['localhost', 200],
    ['localhost:9002', 200],
    ['LOCALHOST.:9002', 200],
    ['app.localhost', 200],
    ['127.0.0.1:9002', 200],
    ['10.1.2.3', 200],
    ['[::1]:9002', 200],
    ['shop.example', 200],
    ['SHOP.example:80', 200],
    ['eu.shops.example', 200],
    ['shops.example', 403],
    ['evilshops.example', 403],
    ['evil.example', 403],
    ['evil.example:9002', 403],
    ['localhost.evil.example:9002', 403],
    ['127.0.0.1.evil.example', 403],
    ['shop.example.evil', 403],
    ['notlocalhost', 403],
    ['[evil.example]:9002', 403],
    ['evil.example:9002:localhost', 403],
  ])('%s answers %i', async (host, status) => {
    await request(app(['shop.example', '*.shops.example']))
      .get('/')
      .set('host', host)
      .expect(status)
  })

  it('is off with *', async () => {
    await request(app(['*']))
      .get('/')
      .set('host', 'evil.example')
      .expect(200)
  })

  it('names the host and the variable, and quotes nothing that is not a name', async () => {
    const named = await request(app([])).get('/').set('host', 'evil.example:9002')
    expect(named.body.message).toBe(
      'the Host header "evil.example" is not a name of this service; add it to ALLOWED_HOSTS',
    )
    const hostile = await request(app([])).get('/').set('host', '<script>')
    expect(hostile.body.message).toBe('the Host header is not a name of this service; add it to ALLOWED_HOSTS')
  })
})
