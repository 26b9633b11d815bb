import http from 'node:http'
import { propagation } from '@opentelemetry/api'
import { forwardHeaders, parseTraceparent, selectContext } from '@throughline/propagation'
import { forwardWithAxios } from '@throughline/propagation/axios'
import { createForwardMiddleware } from '@throughline/propagation/express'
import { createForwardFetch } from '@throughline/propagation/fetch'
import { createForwardRequest } from '@throughline/propagation/http-client'
import { createForwardListener } from '@throughline/propagation/http-server'
import { getLinks, MeshPropagator } from '@throughline/propagation/otel'
import { createForwardInterceptor } from '@throughline/propagation/undici'
import axios from 'axios'
import express from 'express'
import { Agent } from 'undici'

// Compiled against the published package, with its strictest settings; it is never run.
express().use(createForwardMiddleware({ hint: 'b3', requestId: 'any', identityHeaders: ['authorization'] }))
const eject: () => void = forwardWithAxios(axios.create(), {
  shouldForward: (url) => url.startsWith('http://counting'),
})
eject()
const forwardFetch: typeof fetch = createForwardFetch()
void forwardFetch('http://counting/')
createForwardRequest()('http://counting/').end()
http.createServer(createForwardListener((request, response) => void response.end(request.url)))
new Agent().compose(createForwardInterceptor())
propagation.setGlobalPropagator(new MeshPropagator({ hint: 'w3c' }))
propagation.setGlobalPropagator(new MeshPropagator())

const server = http.createServer((request) => {
  const sent: Record<string, string> = forwardHeaders(request.headers)
  forwardHeaders(request.headersDistinct, { edge: true })
  forwardHeaders(new Headers(sent))
  const parsed = parseTraceparent(sent['traceparent'])
  const spanId: string | undefined = selectContext({ w3c: parsed }, { hint: 'auto' })?.context.spanId
  return spanId
})
server.on('request', (request) => getLinks(propagation.extract({} as never, request.headers)))

// @ts-expect-error: there is no such hint
createForwardMiddleware({ hint: 'zipkin' })
// @ts-expect-error: only identity headers can be listed
createForwardMiddleware({ identityHeaders: ['traceparent'] })
