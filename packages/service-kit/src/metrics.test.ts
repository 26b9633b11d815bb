import express from 'express'
import request from 'supertest'
import { expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'

it('reports the outcome of all spans at each scrape, starting from zero', async () => {
  let spans = { exported: 0, failed: 0, dropped: 0 }
  const metrics = createMetrics('test', { spans: () => spans })
  const app = express().get('/metrics', metrics.handler)
  const scrape = async (): Promise<string[]> => {
    const { text } = await request(app).get('/metrics')
    return text.split('\n').filter((line) => line.startsWith('trace_spans_total'))
  }
  const lines = (exported: number, failed: number, dropped: number): string[] => [
    `trace_spans_total{outcome="exported",service="test"} ${exported}`,
    `trace_spans_total{outcome="failed",service="test"} ${failed}`,
    `trace_spans_total{outcome="dropped",service="test"} ${dropped}`,
  ]
  expect(await scrape()).toEqual(lines(0, 0, 0))
  spans = { exported: 7, failed: 2, dropped: 1 }
  expect(await scrape()).toEqual(lines(7, 2, 1))
  expect(await scrape()).toEqual(lines(7, 2, 1))
})

it('links a bucket to a sampled trace in it, if there is one', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  let sampled: string | undefined = traceId
  const metrics = createMetrics('test', { sampledTraceId: () => sampled })
  const app = express()
    .use(metrics.observe)
    .get('/', (_request, response) => void response.send('ok'))
  app.get('/other', (_request, response) => void response.send('ok')).get('/metrics', metrics.handler)
  await request(app).get('/')
  sampled = undefined
  await request(app).get('/other')
  const { text, headers } = await request(app).get('/metrics')
  expect(headers['content-type']).toMatch(/^application\/openmetrics-text; version=1\.0\.0/)
  const exemplars = text.split('\n').filter((line) => line.includes(' # '))
  expect(exemplars).toHaveLength(1)
  expect(exemplars[0]).toMatch(new RegExp(`_bucket\\{.*http_route="/".*\\} 1 # \\{trace_id="${traceId}"\\} 0\\.\\d+`))
  expect(text).toMatch(/\n# EOF\n$/)
})
