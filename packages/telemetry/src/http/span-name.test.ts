import { expect, it } from 'vitest'
import { spanName } from './span-name.ts'

it('names a span after method and route, even when hostile paths have filled its cache', () => {
  for (let i = 0; i < 2500; i += 1) expect(spanName('GET', `/mount/${i}/:id`)).toBe(`GET /mount/${i}/:id`)
  expect(spanName('POST', '/mount/0/:id')).toBe('POST /mount/0/:id')
  expect(spanName('PURGE', '/')).toBe('HTTP /')
})
