// The service that is measured: Express with one small JSON route. Says how much CPU it has used when asked.
import http from 'node:http'
import { createTelemetry } from '@throughline/telemetry'

const telemetry = process.env.VARIANT === 'plain' ? undefined : await createTelemetry({ serviceName: 'bench' })
telemetry?.start()

const { default: express } = await import('express')
const app = express().disable('etag').disable('x-powered-by')
app.get('/', (_req, res) => {
  res.json({ count: 1, hostname: 'bench' })
})
const server = http.createServer(app).listen(0, '127.0.0.1', () => process.send?.(server.address()))

process.on('message', async () => {
  // Spans that wait for their batch belong to the requests before.
  await telemetry?.flush()
  process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss(), stats: telemetry?.exportStats() })
})
