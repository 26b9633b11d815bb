require('./stock.cjs')
const http = require('node:http')
const { get, request } = require('node:http')
const https = require('node:https')
const axios = require('axios')
const undici = require('undici')
const { serveBody } = require('./bodies.cjs')
const { createCalls } = require('./calls.cjs')
const { clients } = require('./clients.cjs')

const got = async () => (await import('got')).got
const calls = { ...clients, ...createCalls({ http, https, get, request, axios, undici, got }) }

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
