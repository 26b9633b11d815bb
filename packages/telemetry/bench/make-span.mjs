// @ts-check
import { SpanKind } from '@opentelemetry/api'

/**
 * Makes a span like that of a small request.
 * @param {import('@opentelemetry/api').Tracer} tracer
 */
export function makeSpan(tracer) {
  const span = tracer.startSpan('GET', { kind: SpanKind.SERVER })
  span.setAttributes({
    'url.path': '/',
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
    'http.request.method': 'GET',
    'server.address': 'bench',
    'server.port': 80,
    'client.address': '127.0.0.1',
    'http.route': '/',
  })
  span.setAttribute('http.response.status_code', 200)
  span.updateName('GET /')
  span.end()
}
