import { describe, expect, it } from 'vitest'
import { serve } from '../../conformance/test-server.ts'
import { currentForwardHeaders } from '../forward.ts'
import { createForwardListener } from './http-server.ts'

describe('a node:http server', () => {
  it('has the headers of each request while it serves it', async () => {
    const listener = createForwardListener((_request, response) => {
      setImmediate(() => response.end(JSON.stringify(currentForwardHeaders())))
    })
    await using server = await serve(listener)
    const ask = async (baggage: string) => (await fetch(server.url, { headers: { baggage } })).json()
    expect(await Promise.all([ask('a=1'), ask('a=2')])).toEqual([{ baggage: 'a=1' }, { baggage: 'a=2' }])
  })
})
