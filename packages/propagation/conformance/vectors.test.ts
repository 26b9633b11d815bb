import fs from 'node:fs'
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { extract, forwardHeaders, type Hint, type Selection } from '../src/index.ts'
import { getLinks, MeshPropagator } from '../src/otel/mesh-propagator.ts'

interface Vector {
  readonly group: string
  readonly name: string
  readonly hint?: Hint
  readonly headers: Record<string, string | string[]>
  readonly expect: null | {
    readonly traceId: string
    readonly spanId: string
    readonly sampled: boolean | null
    readonly reason?: string
    readonly random?: boolean
    readonly tracestate?: string | null
    readonly links?: readonly (readonly [traceId: string, spanId: string])[]
  }
  readonly forward?: Record<string, string>
}

const VECTORS = JSON.parse(fs.readFileSync(new URL('vectors.json', import.meta.url), 'utf8')) as Vector[]
const GROUPS = [...new Set(VECTORS.map(({ group }) => group))]

describe.each(GROUPS)('vectors, %s', (group) => {
  const vectors = VECTORS.filter((vector) => vector.group === group)

  it.each(vectors)('$name', ({ headers, hint, expect: wanted }) => {
    const selection = extract(headers, defaultTextMapGetter, { hint })?.selection
    expect(outcome(selection, wanted)).toEqual(wanted)
  })

  it.each(vectors.filter(({ expect: wanted }) => wanted !== null))('for OpenTelemetry: $name', (vector) => {
    const propagator = new MeshPropagator({ hint: vector.hint })
    const context = propagator.extract(ROOT_CONTEXT, vector.headers, defaultTextMapGetter)
    const injected: Record<string, string> = {}
    propagator.inject(context, injected, defaultTextMapSetter)
    expect(trace.getSpanContext(context)).toMatchObject({
      traceId: vector.expect?.traceId,
      spanId: vector.expect?.spanId,
      traceFlags: vector.expect?.sampled === false ? 0 : 1,
    })
    expect(getLinks(context)).toHaveLength(vector.expect?.links?.length ?? 0)
    const forwarded = Object.entries(forwardHeaders(vector.headers, { hint: vector.hint }))
    // Headers of Datadog's format are forwarded only without an SDK.
    expect(injected).toEqual(Object.fromEntries(forwarded.filter(([name]) => !name.startsWith('x-datadog-'))))
  })

  it.each(vectors.filter(({ forward }) => forward !== undefined))('without an SDK: $name', (vector) => {
    expect(forwardHeaders(vector.headers, { hint: vector.hint })).toEqual(vector.forward)
  })
})

/** The parts of a selection that the vector says something about. */
function outcome(selection: Selection | undefined, wanted: Vector['expect']): unknown {
  if (selection === undefined || wanted === null) return selection ?? null
  const { context, reason, tracestate = null, links } = selection
  const { sampled = null, ...rest } = context
  const all = { ...rest, sampled, reason, tracestate, links: links.map(({ traceId, spanId }) => [traceId, spanId]) }
  return Object.fromEntries(Object.entries(all).filter(([key]) => key in wanted))
}
