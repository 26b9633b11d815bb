const events = require('node:events')
const { PassThrough, Readable } = require('node:stream')
const { text } = require('node:stream/consumers')
const legacyUrl = require('node:url')

/**
 * Headers that a program may have set by hand: a context other than its request's, in unusual case and in every
 * format.
 */
const OLD = {
  TraceParent: '00-11111111111111111111111111111111-2222222222222222-01',
  TraceState: 'old=1',
  B3: '11111111111111111111111111111111-2222222222222222-1',
  'X-B3-TraceId': '11111111111111111111111111111111',
  'X-B3-SpanId': '2222222222222222',
  'X-B3-ParentSpanId': '3333333333333333',
  'X-B3-Sampled': '0',
  'X-B3-Flags': '1',
  'X-Request-ID': 'ffffffff-ffff-4fff-8fff-ffffffffffff',
  Baggage: 'old=1',
}
const PAIRS = Object.entries(OLD)
const hostOf = (url) => new URL(url).host

const answerOf = async (request) => {
  const [response] = await events.once(request, 'response')
  await text(response)
  return response
}
/** Resolves when the callback of the request has read the answer. */
const called = (make) =>
  new Promise((resolve, reject) => {
    make((response) => response.on('end', resolve).on('error', reject).resume()).on('error', reject)
  })
const read = async (response) => text((await response).body)
const continued = (request) => {
  request.on('continue', () => request.end('body')).flushHeaders()
  return answerOf(request)
}
const optionsOf = (url) => {
  const { hostname, port, pathname, search } = new URL(url)
  return { hostname, port, path: pathname + search }
}

const ofHttp = ({ http, https, get, request }) => ({
  'http.request: url': (url) => answerOf(http.request(url).end()),
  'http.request: url, callback': (url) => called((done) => http.request(url, done).end()),
  'http.request: url, options': (url) => answerOf(http.request(url, { method: 'POST' }).end('body')),
  'http.request: url, options, callback': (url) => called((done) => http.request(url, { headers: OLD }, done).end()),
  'http.request: url, nothing, callback': (url) => called((done) => http.request(url, undefined, done).end()),
  'http.request: URL, frozen options': (url) =>
    answerOf(http.request(new URL(url), Object.freeze({ headers: Object.freeze({ ...OLD }) })).end()),
  'http.request: options': (url) => answerOf(http.request(optionsOf(url)).end()),
  'http.request: options, callback': (url) =>
    called((done) => http.request({ ...optionsOf(url), headers: OLD }, done).end()),
  'http.request: url.parse': (url) => answerOf(http.request(legacyUrl.parse(url)).end()),
  'http.request: setHeader': (url) => {
    const made = http.request(url)
    made.setHeader('x-own', '1')
    return answerOf(made.end())
  },
  'http.request: flat list': (url) =>
    answerOf(http.request(url, { headers: ['Host', hostOf(url), ...PAIRS.flat()] }).end()),
  'http.request: list of pairs': (url) =>
    answerOf(http.request(url, { headers: [['Host', hostOf(url)], ...PAIRS] }).end()),
  'http.request: Headers': (url) => answerOf(http.request(url, { headers: new Headers(OLD) }).end()),
  'http.request: Map': (url) => answerOf(http.request(url, { headers: new Map(PAIRS) }).end()),
  'http.request: Expect': (url) =>
    continued(http.request(url, { method: 'POST', headers: { ...OLD, Expect: '100-continue' } })),
  'http.request: Expect in a list': (url) =>
    continued(
      http.request(url, {
        method: 'POST',
        headers: ['Host', hostOf(url), 'expect', '100-continue', 'Transfer-Encoding', 'chunked', ...PAIRS.flat()],
      }),
    ),
  'http.get: destructured': (url) => called((done) => get(url, { headers: OLD }, done)),
  'http.get: options': (url) => called((done) => http.get(optionsOf(url), done)),
  'http.request: destructured': (url) => called((done) => request(url, done).end()),
  'http.request: keep-alive': async (url) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const first = http.request(url, { agent }).end()
    await answerOf(first)
    await new Promise(setImmediate)
    const second = http.request(url, { agent }).end()
    await answerOf(second)
    agent.destroy()
    if (!second.reusedSocket) throw new Error('the socket was not reused')
  },
  'http.request: queued by an agent': async (url) => {
    const agent = new http.Agent({ maxSockets: 1 })
    await Promise.all([1, 2, 3].map(() => answerOf(http.request(url, { agent }).end())))
  },
  'https.request: options, callback': (url) =>
    called((done) => https.request({ ...optionsOf(url), headers: OLD }, done).end()),
  'https.get: flat list': (url) => answerOf(https.get(url, { headers: ['Host', hostOf(url), ...PAIRS.flat()] })),
  'https.request: Expect': (url) =>
    continued(https.request(url, { method: 'POST', headers: { ...OLD, Expect: '100-continue' } })),
})

const ofAxios = ({ http, axios }) => ({
  'axios.create': (url) => axios.create({ headers: OLD, httpAgent: new http.Agent() }).get(url),
  'axios: post, headers set': (url) => axios.post(url, { a: 1 }, { headers: OLD }),
  'axios: redirects': (url) => axios.get(`${url}?hops=2`, { headers: OLD }),
  'axios: no redirects': (url) => axios.get(url, { maxRedirects: 0 }),
  'axios over fetch: headers set': (url) => axios.create({ adapter: 'fetch', headers: OLD }).get(url),
  'axios: instrumented by hand': async (url) => {
    const { telemetry } = await import('@throughline/telemetry/register')
    const client = axios.create({ headers: OLD })
    telemetry.instrumentAxios(client)
    await client.get(url)
  },
  'https axios': (url) => axios.get(url, { headers: OLD }),
})

const ofFetch = ({ got }) => ({
  'fetch: object': async (url) => (await fetch(url, { headers: OLD })).text(),
  'fetch: pairs': async (url) => (await fetch(url, { headers: PAIRS })).text(),
  'fetch: Headers': async (url) => (await fetch(url, { headers: new Headers(OLD) })).text(),
  'fetch: Request': async (url) => (await fetch(new Request(url, { headers: OLD }))).text(),
  'fetch: Request, init': async (url) =>
    (await fetch(new Request(url, { method: 'POST', body: 'body' }), { headers: OLD })).text(),
  'fetch: redirects': async (url) => (await fetch(`${url}?hops=2`, { headers: OLD })).text(),
  'https fetch': async (url) => (await fetch(url, { headers: OLD })).text(),
  'got: redirects': async (url) => (await got())(`${url}?hops=2`, { headers: OLD, retry: { limit: 0 } }),
  'got: extended': async (url) =>
    (await got()).extend({ headers: OLD, retry: { limit: 0 } }).post(url, { json: { a: 1 } }),
  'https got': async (url) => (await got())(url, { headers: OLD, https: { rejectUnauthorized: false } }),
})

const ofUndici = ({ undici }) => ({
  'undici.request: object': (url) => read(undici.request(url, { headers: OLD })),
  'undici.request: flat list': (url) => read(undici.request(url, { headers: PAIRS.flat() })),
  'undici.request: Map': (url) => read(undici.request(url, { headers: new Map(PAIRS) })),
  'undici.request: Headers': (url) => read(undici.request(url, { headers: new undici.Headers(OLD) })),
  'undici.stream': (url) => undici.stream(url, { method: 'GET', headers: OLD }, () => new PassThrough().resume()),
  'undici.pipeline': (url) =>
    text(Readable.from(['body']).pipe(undici.pipeline(url, { method: 'POST', headers: OLD }, ({ body }) => body))),
  'undici.fetch: Request': async (url) => (await undici.fetch(new undici.Request(url, { headers: OLD }))).text(),
  'undici.Client': async (url) => {
    const { origin, pathname: path } = new URL(url)
    const client = new undici.Client(origin)
    await read(client.request({ method: 'GET', path, headers: OLD }))
    await read(client.request({ method: 'GET', path, headers: OLD }))
    await client.close()
  },
  'undici.Pool': async (url) => {
    const { origin, pathname: path } = new URL(url)
    const pool = new undici.Pool(origin, { connections: 1 })
    await Promise.all([1, 2, 3].map(() => read(pool.request({ method: 'GET', path, headers: OLD }))))
    await pool.close()
  },
  'undici.Agent: redirects': async (url) => {
    const agent = new undici.Agent()
    const dispatcher = agent.compose(undici.interceptors.redirect({ maxRedirections: 3 }))
    await read(undici.request(`${url}?hops=2`, { dispatcher, headers: OLD }))
    await agent.close()
  },
  'undici: dispatch': async (url) => {
    const { origin, pathname: path } = new URL(url)
    const client = new undici.Client(origin)
    await new Promise((resolve, reject) => {
      client.dispatch(
        { method: 'GET', path, headers: OLD },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData() {},
          onResponseEnd: () => resolve(),
          onResponseError: (_controller, error) => reject(error),
        },
      )
    })
    await client.close()
  },
  'https undici': (url) =>
    read(
      undici.request(url, { headers: OLD, dispatcher: new undici.Agent({ connect: { rejectUnauthorized: false } }) }),
    ),
})

/** Every way to call: by its name, a function that calls a URL and reads the answer. */
exports.createCalls = (modules) => ({
  ...ofHttp(modules),
  ...ofAxios(modules),
  ...ofFetch(modules),
  ...ofUndici(modules),
})
