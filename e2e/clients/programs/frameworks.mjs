import http from 'node:http'
import { once } from 'node:events'
import { httpInstrumentationMiddleware } from '@hono/otel'
import { getRequestListener } from '@hono/node-server'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { setRoute } from '@throughline/telemetry'
import express from 'express'
import express4 from 'express-4'
import fastify from 'fastify'
import fastify4 from 'fastify-4'
import { matchedRoutes } from 'hono/route'
import { clients } from './clients.mjs'
import { createExpressApp } from './frameworks/express.mjs'
import { createFastifyApp } from './frameworks/fastify.mjs'
import { createHonoApp } from './frameworks/hono.mjs'
import { createKoaApp } from './frameworks/koa.mjs'
import { createNestApp } from './frameworks/nest.mjs'

/** What each route does: calls with a client when the query names one. */
async function callOn({ client, callee }) {
  await clients[client]?.(callee)
  return 'called'
}

async function portOf(server) {
  if (!server.listening) await once(server, 'listening')
  return server.address().port
}

const serve = (listener) => portOf(http.createServer(listener).listen(0, '127.0.0.1'))

async function serveFastify(lib) {
  const app = await createFastifyApp(lib, callOn)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return portOf(app.server)
}

async function serveNest(adapter) {
  const app = await createNestApp(adapter, callOn)
  await app.listen(0, '127.0.0.1')
  return portOf(app.getHttpServer())
}

const serveHono = (middleware) => serve(getRequestListener(createHonoApp(callOn, middleware).fetch))

// As in the README.
const nameRouteOfKoa = (ctx, next) => {
  setRoute(ctx.matched.findLast(({ methods }) => methods.length > 0)?.path)
  return next()
}
const nameRouteOfHono = (c, next) => {
  setRoute(matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path)
  return next()
}

// Ports, by the rows of the README's table.
process.send({
  'Express 5': await serve(createExpressApp(express, callOn)),
  'Express 4': await serve(createExpressApp(express4, callOn)),
  'Fastify 5': await serveFastify(fastify),
  'Fastify 4': await serveFastify(fastify4),
  'Nest 11 on Express': await serveNest(new ExpressAdapter()),
  'Nest 11 on Fastify': await serveNest(new FastifyAdapter()),
  'Koa 3': await serve(createKoaApp(callOn).callback()),
  'Koa 3 with setRoute': await serve(createKoaApp(callOn, nameRouteOfKoa).callback()),
  'Hono 4': await serveHono(),
  'Hono 4 with setRoute': await serveHono(nameRouteOfHono),
  'Hono 4 with @hono/otel': await serveHono(httpInstrumentationMiddleware()),
})
