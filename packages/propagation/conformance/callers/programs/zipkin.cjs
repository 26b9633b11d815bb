const { Tracer } = require('zipkin')
const CLSContext = require('zipkin-context-cls')
const { expressMiddleware } = require('zipkin-instrumentation-express')
const wrapFetch = require('zipkin-instrumentation-fetch')
const express = require('express')

const tracer = new Tracer({
  ctxImpl: new CLSContext('zipkin'),
  recorder: { record() {} },
  localServiceName: 'caller',
  traceId128Bit: true,
})
const tracedFetch = wrapFetch(fetch, { tracer, remoteServiceName: 'upstream' })
const app = express()
app.use(expressMiddleware({ tracer }))
app.get('/', (_request, response) => {
  tracedFetch(process.env.UPSTREAM).then(
    () => response.end(),
    (error) => response.status(502).end(String(error)),
  )
})
const server = app.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
