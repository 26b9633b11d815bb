import express from 'express'
import request from 'supertest'
import { expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'

it('shows at each scrape what became of the spans so far, from zero', async () => {
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
