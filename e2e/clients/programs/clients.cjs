const http = require('node:http')
const { get } = require('node:http')
const { request: httpsRequest } = require('node:https')
const axios = require('axios')
const undici = require('undici')

const finished = (start) =>
  new Promise((resolve, reject) => {
    start((response) => response.on('end', resolve).on('error', reject).resume()).on('error', reject)
  })

/** Calls a URL and reads the answer, with each client. */
exports.clients = {
  fetch: async (url) => (await fetch(url)).text(),
  'http.get': (url) => finished((done) => get(url, done)),
  'http.request': (url) => finished((done) => http.request(url, { method: 'POST' }, done).end('body')),
  'https.request': (url) => finished((done) => httpsRequest(url, done).end()),
  undici: async (url) => (await undici.request(url)).body.text(),
  'undici fetch': async (url) => (await undici.fetch(url)).text(),
  axios: (url) => axios.get(url),
  'axios over fetch': (url) => axios.create({ adapter: 'fetch' }).get(url),
  got: async (url) => (await import('got')).got(url, { retry: { limit: 0 } }),
}
