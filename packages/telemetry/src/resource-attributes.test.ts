import { diag, DiagLogLevel } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goodResourceAttributes, resourceAttributes } from './resource-attributes.ts'

describe('goodResourceAttributes', () => {
  let warnings: string[]

  beforeEach(() => {
    warnings = []
    const ignore = (): void => {}
    const logger = { error: ignore, info: ignore, debug: ignore, verbose: ignore }
    diag.setLogger({ ...logger, warn: (message) => void warnings.push(message) }, DiagLogLevel.WARN)
  })
  afterEach(() => diag.disable())

  it.each(['service.name=desk', 'a=1,b=2', ' a = 1 , b=x%2Cy%3Dz', 'a='])(
    'keeps a valid list unchanged: %s',
    (list) => {
      expect(goodResourceAttributes(list)).toBe(list)
      expect(warnings).toEqual([])
    },
  )

  it.each([
    'b',
    '=b',
    ' =b',
    'b=1=2',
    'b=%',
    `b=${'x'.repeat(256)}`,
    `${'b'.repeat(256)}=1`,
    'b=%E0%A4%A',
    '"b=1',
    "'b=1",
  ])('drops one invalid member, and names it: %s', (member) => {
    expect(goodResourceAttributes(`service.name=desk,${member},c=3`)).toBe('service.name=desk,c=3')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(`OTEL_RESOURCE_ATTRIBUTES: "${member.trim()}" is left out`)
  })
})

describe('resourceAttributes', () => {
  it('adds the service’s instance and version, unless the list has them', () => {
    const [instance, version] = resourceAttributes(undefined, '1.2.3').split(',')
    expect(instance).toMatch(/^service\.instance\.id=[0-9a-f]{8}-[0-9a-f-]{27}$/)
    expect(version).toBe('service.version=1.2.3')
    expect(resourceAttributes('service.version=2,a=1', '1.2.3')).toMatch(
      /,service\.version=1\.2\.3,service\.version=2,a=1$/,
    )
  })
})
