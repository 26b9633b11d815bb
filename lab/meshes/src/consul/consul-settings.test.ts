import { describe, expect, it } from 'vitest'
import { type ConsulState, describeSettings, parseSetting } from './consul-settings.ts'

const state: ConsulState = { rule: 'get-only', protocol: 'http', sampling: '100', tracer: 'none' }

describe('the settings of a Consul mesh', () => {
  it('offer mutual TLS only behind a transparent proxy', () => {
    const names = (of: ConsulState) => describeSettings(of).map(({ name }) => name)
    expect(names(state)).toEqual(['rule', 'protocol', 'sampling'])
    expect(names({ ...state, mtls: 'strict' })).toEqual(['rule', 'protocol', 'sampling', 'mtls'])
    const permissive = { name: 'mtls', value: 'permissive' }
    expect(parseSetting(permissive, state)).toBeUndefined()
    expect(parseSetting(permissive, { ...state, mtls: 'strict' })).toEqual({ mtls: 'permissive' })
  })

  it('refuse a value that is not one of their choices', () => {
    expect(parseSetting({ name: 'rule', value: 'denied' }, state)).toEqual({ rule: 'denied' })
    expect(parseSetting({ name: 'rule', value: 'none' }, state)).toBeUndefined()
    expect(parseSetting({ name: 'tracer', value: 'zipkin' }, state)).toBeUndefined()
  })
})
