import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { createHealth } from './health.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { createServiceApp, type ServiceAppOptions } from './service-app.ts'

function app(routes: ServiceAppOptions['routes'], ids = () => ({ trace_id: 'abc' })) {
  const lines: Record<string, unknown>[] = []
  const logger = createLogger({
    service: 'test',
    level: 'debug',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  })
  const kit = { logger, health: createHealth(), metrics: createMetrics('test') }
  return { app: createServiceApp({ ...kit, ids, routes }), lines }
}

describe('the app that both services start from', () => {
  it('logs one JSON line per request with the trace id at its arrival', async () => {
    let trace = 'first'
    const { app: service, lines } = app(
      (express) =>
        express.get('/', (_request, response) => {
          trace = 'second'
          response.send('ok')
        }),
      () => ({ trace_id: trace }),
    )
    await request(service).get('/?secret=1').expect(200)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      level: 'info',
      service: 'test',
      msg: 'request',
      method: 'GET',
      path: '/',
      status: 200,
      trace_id: 'first',
    })
  })

  it('keeps probes out of the log at its ordinary level', async () => {
    const { app: service, lines } = app(() => {})
    await request(service).get('/health').expect(200)
    expect(lines.map((line) => line['level'])).toEqual(['debug'])
  })

  it('answers a defect without its message, and logs it with its stack', async () => {
    const { app: service, lines } = app((express) =>
      express.get('/', async () => {
        throw new Error('password=hunter2')
      }),
    )
    const { body } = await request(service).get('/').expect(500)
    expect(body).toEqual({ code: 'TL_INTERNAL', message: 'the service failed; its log says why' })
    expect(lines[0]).toMatchObject({ level: 'error', code: 'TL_INTERNAL', err: { message: 'password=hunter2' } })
  })

  it('labels metrics with the route pattern: a hostile path creates no new series', async () => {
    const { app: service } = app((express) => express.get('/items/:id', (_request, response) => response.send('ok')))
    await request(service).get('/items/1')
    await request(service).get('/items/2')
    await request(service).get('/nothing/3')
    const { text } = await request(service).get('/metrics')
    expect(text).toMatch(/duration_seconds_count\{[^}]*http_route="\/items\/:id"[^}]*\} 2/)
    expect(text).not.toContain('nothing')
  })
})
