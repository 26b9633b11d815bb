import request from 'supertest'
import { expect, it } from 'vitest'
import { catalogue } from 'throughline'
import { dashboard } from '../app.test-support.ts'

it('serves the page of each finding, and of nothing else', async () => {
  const app = dashboard('http://127.0.0.1:1')
  for (const { id, title } of catalogue) {
    const { text } = await request(app)
      .get(`/findings/${id}.md`)
      .expect(200)
      .expect('content-type', /^text\/plain/)
    expect(text.startsWith(`# ${id}: ${title}\n`)).toBe(true)
  }
  for (const path of ['TLV999.md', 'tlv101.md', 'TLV101', '..%2Fmain.md', 'README.md']) {
    await request(app).get(`/findings/${path}`).expect(404)
  }
})
