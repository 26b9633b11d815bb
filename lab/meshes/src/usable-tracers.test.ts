import { describe, expect, it } from 'vitest'
import { tracers } from './mesh.ts'
import { usableTracers } from './usable-tracers.ts'

describe('usableTracers', () => {
  it('includes all of them with the built-in trace store', () => {
    expect(usableTracers('1.40.0')).toEqual(tracers)
  })

  it('leaves out what an older Envoy does not support', () => {
    expect(usableTracers('1.36.4')).toEqual(tracers)
    expect(usableTracers('1.35.7')).toEqual(['opentelemetry', 'zipkin', 'datadog', 'none'])
  })

  it('leaves out Datadog with a backend that is not a Datadog agent', () => {
    expect(usableTracers('1.40.0', {})).toEqual(['opentelemetry', 'zipkin', 'zipkin-w3c', 'none'])
    expect(usableTracers('1.40.0', { datadogUrl: 'http://127.0.0.1:8126' })).toEqual(tracers)
  })

  it('leaves out nothing without sidecars', () => {
    expect(usableTracers(undefined, {})).toEqual(tracers)
  })
})
