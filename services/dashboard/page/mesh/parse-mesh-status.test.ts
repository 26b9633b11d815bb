import { describe, expect, it } from 'vitest'
import { parseMeshStatus } from './parse-mesh-status.js'

const body = {
  mesh: 'static-envoy',
  tracer: 'zipkin',
  tracers: ['none'],
  access: 'denied',
  sidecars: [{ name: 'a', state: 'down', restarts: 2 }, { name: 'b', state: '?' }, 1],
}
const rule = {
  name: 'rule',
  label: 'Rule',
  value: 'deny',
  choices: [
    { value: 'allow', label: 'Allow', effect: 'Calls go through.' },
    { value: 'deny', label: 'Deny', effect: 'Calls get 403.' },
  ],
}

describe('parseMeshStatus', () => {
  it('reads sidecars and drops anything else', () => {
    expect(parseMeshStatus(body)?.sidecars).toEqual([
      { name: 'a', nodeId: null, state: 'down', reason: null, restarts: 2, restartsInMs: null },
    ])
  })

  it('reads optional services, and when they restart', () => {
    const services = [{ name: 'counting', state: 'down', reason: 'exit code 70', restarts: 4, restartsInMs: 7200 }]
    expect(parseMeshStatus({ ...body, services })?.services).toEqual([{ ...services[0], nodeId: null }])
    expect(parseMeshStatus(body)?.services).toEqual([])
  })

  it('always offers the tracer in use', () => expect(parseMeshStatus(body)?.tracers).toEqual(['zipkin', 'none']))

  it('refuses a status that does not say whether calls are allowed', () => {
    expect(parseMeshStatus({ ...body, access: 'maybe' })).toBeUndefined()
  })

  it('reads a status that knows nothing of settings, of the bypass, or of links', () => {
    expect(parseMeshStatus(body)).toMatchObject({ settings: [], bypass: null, links: [] })
  })

  it('reads settings as they are', () => {
    expect(parseMeshStatus({ ...body, settings: [rule] })?.settings).toEqual([rule])
  })

  it('labels choices by their value without a label, and keeps an unlisted value', () => {
    const bare = { name: 'mtls', value: 'odd', choices: [{ value: 'strict' }] }
    expect(parseMeshStatus({ ...body, settings: [bare] })?.settings).toEqual([
      { name: 'mtls', label: 'mtls', value: 'odd', choices: [{ value: 'strict', label: 'strict', effect: '' }] },
    ])
  })

  it.each([
    [{ ...rule, name: '' }],
    [{ ...rule, name: 'n'.repeat(101) }],
    [{ ...rule, value: 7 }],
    [{ ...rule, choices: [] }],
    [{ ...rule, choices: [{ label: 'no value' }] }],
    [null],
  ])('drops a setting that could not be sent back: %j', (setting) => {
    expect(parseMeshStatus({ ...body, settings: [setting] })?.settings).toEqual([])
  })

  it('uses the first of two settings with one name', () => {
    const settings = [rule, { ...rule, label: 'Again' }]
    expect(parseMeshStatus({ ...body, settings })?.settings.map(({ label }) => label)).toEqual(['Rule'])
  })

  it('reads the bypass only with a plain true or false', () => {
    const bypass = { address: 'http://127.0.0.1:9001', closed: false, reason: 'because' }
    expect(parseMeshStatus({ ...body, bypass })?.bypass).toEqual(bypass)
    expect(parseMeshStatus({ ...body, bypass: { ...bypass, closed: 'no' } })?.bypass).toBeNull()
  })

  it('keeps links to http and https only', () => {
    const urls = ['http://127.0.0.1:8500/ui', 'https://a.example', 'javascript:alert(1)', 'data:text/html,x', '/ui', 5]
    const links = urls.map((url) => ({ label: 'UI', url }))
    expect(parseMeshStatus({ ...body, links })?.links.map(({ url }) => url)).toEqual([
      'http://127.0.0.1:8500/ui',
      'https://a.example/',
    ])
  })
})
