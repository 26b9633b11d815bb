import fs from 'node:fs'
import nodePath from 'node:path'
import request from 'supertest'
import { expect, it } from 'vitest'
import { createTestDashboard } from './app.test-support.ts'

const page = nodePath.join(import.meta.dirname, '../../../docs/reference/dashboard-api.md')
const documented = [...fs.readFileSync(page, 'utf8').matchAll(/^\| `(GET|POST) (\S+)` \|/gm)]

it('docs/reference/dashboard-api.md names only routes that exist', async () => {
  expect(documented.length).toBeGreaterThan(10)
  const { app } = createTestDashboard('http://127.0.0.1:1', { traffic: 'off', faults: true })
  for (const [, method = '', route = ''] of documented) {
    if (route === '/api/events') continue
    const path = route.replace(':traceId', 'a'.repeat(32))
    const { body } = await (method === 'GET' ? request(app).get(path) : request(app).post(path).send({}))
    expect([route, (body as { code?: string }).code]).not.toEqual([route, 'TL_NOT_FOUND'])
    expect([route, (body as { code?: string }).code]).not.toEqual([route, 'TL_METHOD_NOT_ALLOWED'])
  }
})
