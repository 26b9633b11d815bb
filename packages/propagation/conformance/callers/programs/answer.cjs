const http = require('node:http')

/** A service that answers one request with one call to UPSTREAM. What has patched `http` by now writes its trace headers. */
exports.listen = () => {
  const server = http.createServer((_request, response) => {
    http.get(process.env.UPSTREAM, (answer) => answer.resume().on('end', () => response.end()))
  })
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
}
