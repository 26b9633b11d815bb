import { takeFreePort } from '@throughline/lab-programs'
import { startServer } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { findJaeger, openTraceBackend } from './trace-backend.ts'

const jaegerWithPage = (page: string) => startServer((_request, response) => response.end(page))

describe('findJaeger', () => {
  it('uses the usual ports of the same host, and its page', async () => {
    await using jaeger = await jaegerWithPage('<title>Jaeger UI</title>')
    expect(await findJaeger(`${jaeger.url}/search?x=1`)).toEqual({
      queryUrl: jaeger.url,
      otlpUrl: 'http://127.0.0.1:4318/v1/traces',
      zipkinUrl: 'http://127.0.0.1:9411/api/v2/spans',
      uiUrl: `${jaeger.url}/trace/{traceId}`,
    })
  })

  it('offers no page when Jaeger has only its placeholder', async () => {
    await using jaeger = await jaegerWithPage('This is not the Jaeger UI you are looking for!')
    expect(await findJaeger(jaeger.url)).toMatchObject({ uiUrl: undefined })
  })

  it('accepts other addresses for spans, with or without a path', async () => {
    await using jaeger = await jaegerWithPage('')
    const elsewhere = { otlpUrl: 'http://elsewhere:14318', zipkinUrl: 'http://elsewhere:19411/in' }
    expect(await findJaeger(jaeger.url, elsewhere)).toMatchObject({
      otlpUrl: 'http://elsewhere:14318/v1/traces',
      zipkinUrl: 'http://elsewhere:19411/in',
    })
  })

  it('names the address where no Jaeger answers', async () => {
    const url = `http://127.0.0.1:${await takeFreePort()}`
    await expect(findJaeger(url)).rejects.toMatchObject({
      code: 'TL_TRACE_BACKEND_UNREACHABLE',
      message: expect.stringContaining(url),
    })
  })

  it.each(['https://jaeger', 'jaeger:16686', ''])('refuses the address "%s"', async (url) => {
    await expect(findJaeger(url)).rejects.toMatchObject({ code: 'TL_TRACE_BACKEND_INVALID' })
  })
})

describe('openTraceBackend', () => {
  it('serves the built-in trace store without an address', async () => {
    const traceBackend = await openTraceBackend(undefined, {
      host: '127.0.0.1',
      otlp: 0,
      zipkin: 0,
      datadog: 0,
      query: 0,
    })
    expect((await fetch(`${traceBackend.queryUrl}/api/services`)).status).toBe(200)
    expect(traceBackend.traceStore?.spanCount).toBe(0)
    await traceBackend.close()
    await expect(fetch(traceBackend.queryUrl)).rejects.toThrow('fetch failed')
  })
})
