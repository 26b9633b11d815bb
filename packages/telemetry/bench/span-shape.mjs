// @ts-check
import { serveTraceStore } from '@throughline/trace-store'

/** @typedef {{ name: string, kind: string, attributes: Record<string, unknown> }} SpanShape */

/**
 * The spans of one request, from what was sent for several; throws when the requests differ in number, names, kinds or
 * attributes of their spans.
 * @param {import('./sink.mjs').Export[]} exports
 * @returns {Promise<SpanShape[]>}
 */
export async function readSpans(exports) {
  const served = await serveTraceStore()
  try {
    for (const each of exports) await pass(each, served)
  } finally {
    await served.close()
  }
  const traces = served.store
    .traces({ limit: 1000 })
    .map(({ spans }) => spans.map(shapeOf).toSorted(byKindAndName))
    // Other traces are of an exporter's own calls.
    .filter(([first]) => first?.kind === 'server')
  const [first = [], ...others] = traces
  for (const other of others)
    if (outline(other) !== outline(first))
      throw new Error(`one request has ${outline(first)}, another ${outline(other)}`)
  return first
}

/**
 * @param {import('./sink.mjs').Export} sent
 * @param {import('@throughline/trace-store').ServedTraceStore} store
 */
async function pass({ path, body }, { otlpUrl, datadogUrl }) {
  const isOtlp = path === '/v1/traces'
  const { ok, status } = await fetch(isOtlp ? otlpUrl : `${datadogUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': isOtlp ? 'application/x-protobuf' : 'application/msgpack' },
    body: new Uint8Array(body),
  })
  if (!ok) throw new Error(`what came to ${path} can't be read: ${status}`)
}

/** @param {{ operationName: string, tags: { key: string, value: unknown }[] }} span @returns {SpanShape} */
function shapeOf({ operationName, tags }) {
  const attributes = Object.fromEntries(tags.map(({ key, value }) => [key, value]))
  const kind = attributes['span.kind']
  return { name: operationName, kind: typeof kind === 'string' ? kind : 'internal', attributes }
}

/** @param {SpanShape} a @param {SpanShape} b */
function byKindAndName(a, b) {
  return a.kind === b.kind ? a.name.localeCompare(b.name) : b.kind.localeCompare(a.kind)
}

/** @param {SpanShape[]} spans */
function outline(spans) {
  return JSON.stringify(spans.map(({ name, kind, attributes }) => [name, kind, Object.keys(attributes).toSorted()]))
}
