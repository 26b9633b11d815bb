import http from 'node:http'
import { createForwardMiddleware } from '@throughline/propagation/express'
import { createForwardRequest } from '@throughline/propagation/http-client'
import { createForwardListener } from '@throughline/propagation/http-server'
import express from 'express'
import { serveBody } from './bodies.cjs'

const get = createForwardRequest(http.get)
const serve = (incoming, response) => {
  const { 'x-callee': callee } = incoming.headers
  serveBody(incoming, response, (event) => get(`${callee}${incoming.originalUrl ?? incoming.url}/${event}`))
}
const listeners = {
  listener: createForwardListener(serve),
  middleware: express().use(createForwardMiddleware(), serve),
}

/** A service without an SDK: one server, behind the listener and behind the middleware. */
const server = http.createServer((incoming, response) => listeners[incoming.url.split('/')[1]](incoming, response))
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
