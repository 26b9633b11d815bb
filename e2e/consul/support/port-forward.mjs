// @ts-check
import net from 'node:net'

/**
 * `kubectl port-forward pod/NAME :PORT` without a kubelet: FORWARDS says where the ports of pods are, as
 * `{"dashboard:9002": "127.0.0.1:40001"}`. Everything else about kubectl is real.
 */
const pod = process.argv.find((word) => word.startsWith('pod/'))?.slice('pod/'.length)
const port = process.argv.find((word) => /^:\d+$/.test(word))?.slice(1)
const address = JSON.parse(process.env['FORWARDS'] ?? '{}')[`${pod}:${port}`]
if (address === undefined) {
  process.stderr.write(`error: unable to forward port: pod ${pod} has nothing at ${port}\n`)
  process.exit(1)
}
const [host, target] = address.split(':')
const server = net.createServer((near) => {
  const far = net.connect(Number(target), host)
  near.on('error', () => far.destroy()).pipe(far)
  far.on('error', () => near.destroy()).pipe(near)
})
server.listen(0, '127.0.0.1', () => {
  const listening = /** @type {net.AddressInfo} */ (server.address())
  process.stdout.write(`Forwarding from 127.0.0.1:${listening.port} -> ${port}\n`)
})
