// Runs inside a pod's network namespace and serves its parent over the channel between them:
//   { forward: { host, port } } with a listening server of the parent's namespace: its connections are forwarded there
//   { ask: { id, url, method, headers, body, timeoutMs } }: one HTTP request, answered with { id, status, headers, body }
//   or { id, code, message }
import http from 'node:http'
import net from 'node:net'

process.on('disconnect', () => process.exit(0))
process.on('message', ({ forward: target, ask }, server) => {
  if (target) {
    server.on('connection', (near) => connect(near, target))
    process.send({ forwarding: target })
  }
  if (ask) request(ask, (answer) => process.send({ id: ask.id, ...answer }))
})

function connect(near, target) {
  const far = net.connect(target)
  near.pipe(far).pipe(near)
  near.on('error', () => far.destroy()).on('close', () => far.destroy())
  far.on('error', () => near.destroy()).on('close', () => near.destroy())
}

function request({ url, method, headers, body, timeoutMs }, done) {
  const signal = AbortSignal.timeout(timeoutMs)
  const failed = (error) => done({ code: signal.aborted ? 'ETIMEDOUT' : error.code, message: error.message })
  http
    .request(url, { method, headers, agent: false, signal }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => (text += chunk))
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, body: text }))
      response.on('error', failed)
    })
    .on('error', failed)
    .end(body)
}
