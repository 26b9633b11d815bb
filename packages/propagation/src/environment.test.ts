import { describe, expect, it } from 'vitest'
import { readPropagationEnvironment } from './environment.ts'

describe('readPropagationEnvironment', () => {
  it('has a default for everything, and treats an empty variable as unset', () => {
    const defaults = { options: { hint: 'auto', edge: false, requestId: 'uuid' }, problems: [] }
    expect(readPropagationEnvironment({})).toEqual(defaults)
    expect(readPropagationEnvironment({ TRACE_CONTEXT_HINT: '', TRACE_CONTEXT_EDGE: ' ' })).toEqual(defaults)
  })

  it('reads every variable', () => {
    const env = { TRACE_CONTEXT_HINT: 'b3', TRACE_CONTEXT_EDGE: 'true', TRACE_REQUEST_ID: 'any' }
    expect(readPropagationEnvironment(env).options).toEqual({ hint: 'b3', edge: true, requestId: 'any' })
  })

  it('names the valid values for each bad one', () => {
    const env = { TRACE_CONTEXT_HINT: 'zipkin', TRACE_CONTEXT_EDGE: 'yes', TRACE_REQUEST_ID: 'hex' }
    expect(readPropagationEnvironment(env)).toEqual({
      options: { hint: 'auto', edge: false, requestId: 'uuid' },
      problems: [
        'TRACE_CONTEXT_HINT=zipkin is not supported, use auto, w3c or b3',
        'TRACE_CONTEXT_EDGE=yes is not supported, use false or true',
        'TRACE_REQUEST_ID=hex is not supported, use uuid or any',
      ],
    })
  })
})
