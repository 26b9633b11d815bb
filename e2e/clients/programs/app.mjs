import './stock.cjs'
import http, { get, request } from 'node:http'
import https from 'node:https'
import axios from 'axios'
import got from 'got'
import * as undici from 'undici'
import { serveBody } from './bodies.cjs'
import { createCalls } from './calls.cjs'
import { clients } from './clients.mjs'

const calls = { ...clients, ...createCalls({ http, https, get, request, axios, undici, got: async () => got }) }

/** Reads a body by events and makes a call, as a program without tracing does. */
const server = http.createServer((incoming, response) => {
  if (incoming.url.startsWith('/bodies/')) {
    serveBody(incoming, response, (event) =>
      http.get(`${String(incoming.headers['x-callee'])}${incoming.url}/${event}`),
    )
    return
  }
  let bytes = 0
  incoming.on('data', (chunk) => (bytes += chunk.length))
  incoming.on('end', () => {
    const { pathname, searchParams } = new URL(incoming.url, 'http://app')
    calls[decodeURIComponent(pathname.slice(1))](searchParams.get('callee')).then(
      () => response.end(String(bytes)),
      (error) => response.writeHead(500).end(String(error.stack)),
    )
  })
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
