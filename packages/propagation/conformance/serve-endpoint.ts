import { traceHttp } from './traced-http.ts'
import { endpoint } from './endpoint.ts'
import { serve } from './test-server.ts'

const tracing = traceHttp()
const server = await serve(endpoint, Number(process.env['PORT'] ?? 5000))
process.stdout.write(`conformance endpoint: ${server.url}/\n`)
process.once('SIGINT', () => void stop())
process.once('SIGTERM', () => void stop())

async function stop(): Promise<void> {
  await server[Symbol.asyncDispose]()
  await tracing[Symbol.asyncDispose]()
}
