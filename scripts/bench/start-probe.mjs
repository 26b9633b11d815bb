// @ts-check
/**
 * A program for `node -e`: starts `main.js` of the folder it runs in, asks it until it answers, and prints how many
 * milliseconds that took. Run inside a container, the container's own start is not in the time.
 */
export const START_PROBE = `
const { PORT, SOCKET_PATH } = process.env
const at = SOCKET_PATH ? { socketPath: SOCKET_PATH } : { host: '127.0.0.1', port: PORT }
const begin = performance.now()
const child = require('node:child_process').spawn(process.execPath, ['main.js'], { stdio: 'ignore' })
child.on('exit', (code) => {
  console.error('ended with ' + code)
  process.exit(1)
})
const ask = () => require('node:http').get({ ...at, path: '/health' }, (response) => {
  response.resume()
  if (response.statusCode !== 200) return setTimeout(ask, 1)
  console.log(performance.now() - begin)
  child.removeAllListeners('exit').on('exit', () => process.exit())
  child.kill('SIGKILL')
}).on('error', () => setTimeout(ask, 1))
ask()`
