import fs from 'node:fs'
import path from 'node:path'
import request from 'supertest'
import { expect, it } from 'vitest'
import { createTestDashboard } from './app.test-support.ts'

const page = path.join(import.meta.dirname, '../../../docs/reference/dashboard-api.md')
const documented = [...fs.readFileSync(page, 'utf8').matchAll(/^\| `(GET|POST) (\S+)` \|/gm)]

it('docs/reference/dashboard-api.md names no route that is not there', async () => {
  expect(documented.length).toBeGreaterThan(10)
  const { app } = createTestDashboard('http://127.0.0.1:1', { traffic: 'off', faults: true })
  for (const [, method = '', route = ''] of documented) {
    if (route === '/api/events') continue
    const asked = route.replace(':traceId', 'a'.repeat(32))
    const { body } = await (method === 'GET' ? request(app).get(asked) : request(app).post(asked).send({}))
    expect([route, (body as { code?: string }).code]).not.toEqual([route, 'TL_NOT_FOUND'])
    expect([route, (body as { code?: string }).code]).not.toEqual([route, 'TL_METHOD_NOT_ALLOWED'])
  }
})
