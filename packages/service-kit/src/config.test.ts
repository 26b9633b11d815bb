import { describe, expect, it } from 'vitest'
import { loadConfig, serviceVariables, variable } from './config.ts'

const shape = {
  ...serviceVariables,
  PORT: variable.integer(0, 65_535).default(9001),
  URL: variable.httpUrl().optional(),
}

describe('loadConfig', () => {
  it('returns defaults for unset and empty variables', () => {
    expect(loadConfig(shape, { PORT: '' })).toMatchObject({ PORT: 9001, HOST: '0.0.0.0', FAULTS: 'off' })
  })

  it('names every bad variable in one error, with its value and what it should be', () => {
    expect(() => loadConfig(shape, { PORT: 'abc', URL: 'ftp://x', FAULTS: 'yes' })).toThrow(
      [
        'cannot start with this environment:',
        '  FAULTS=yes: must be one of: on, off',
        '  PORT=abc: must be a whole number from 0 to 65535',
        '  URL=ftp://x: must be an address such as http://localhost:9001',
      ].join('\n'),
    )
  })

  it.each(['70000', '-1', '1.5', '0x50', '9'.repeat(30), ' 80'])('refuses PORT=%s', (PORT) => {
    expect(() => loadConfig(shape, { PORT })).toThrow(/PORT=/)
  })

  it.each(['http://u%zz:p@counting', 'http://u:100%@counting', 'http://%e0%a4@counting'])(
    'refuses %s, which no client could call',
    (URL) => {
      expect(() => loadConfig(shape, { URL })).toThrow(/URL=.*%25 for a % in its user name or password/)
    },
  )

  it('takes credentials that are encoded', () => {
    expect(loadConfig(shape, { URL: 'http://u:100%25@counting' }).URL).toBe('http://u:100%25@counting')
  })

  it('removes a trailing slash from an address', () => {
    expect(loadConfig(shape, { URL: 'http://counting:9001/' }).URL).toBe('http://counting:9001')
  })

  it('is frozen', () => {
    expect(Object.isFrozen(loadConfig(shape, {}))).toBe(true)
  })
})
