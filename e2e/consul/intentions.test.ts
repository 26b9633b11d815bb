import http from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { count } from '../support/count.ts'
import { pageText, switchAccess } from '../support/page-text.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'
import { untilState } from '../support/until-state.ts'
import { writeEntry } from './support/consul-api.ts'

describe('intentions', () => {
  let lab: MeshLab
  beforeAll(async () => void (lab = await startLab({ mesh: 'consul', tracer: 'none' })))
  afterAll(() => lab?.stop())

  /** A path sent literally, which `fetch` would normalize. */
  const send = async (method: string, path: string): Promise<{ status: number | undefined; body: string }> => {
    const { hostname, port } = new URL(lab.upstreamUrl)
    const request = http.request({ hostname, port, method, path, agent: false }).end()
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    return { status: response.statusCode, body: (await response.toArray()).join('') }
  }

  it('with http, allows one method of one path', async () => {
    expect((await send('GET', '/')).status).toBe(200)
    const refused = [
      ['POST', '/'],
      ['GET', '/other'],
      ['GET', '/../other'],
      ['GET', '/%2e%2e/other'],
      ['GET', '//other'],
      ['GET', '/./other'],
      ['GET', '/x/../other'],
      ['GET', '/other?path=/'],
    ] as const
    for (const [method, path] of refused) {
      const { status, body } = await send(method, path)
      expect([method, path, status, body]).toEqual([method, path, 403, 'RBAC: access denied'])
    }
  })

  it('a rule that allows everything leaves the answer to counting', async () => {
    await lab.mesh.set({ name: 'rule', value: 'everything' })
    expect((await send('GET', '/other')).status).toBe(404)
    await lab.mesh.set({ name: 'rule', value: 'get-only' })
    expect((await send('GET', '/other')).status).toBe(403)
  })

  it('a denial stays in force, and an allow restores the previous rule', async () => {
    await lab.mesh.deny()
    await untilState(lab, 'denied')
    for (let request = 0; request < 50; request += 1) expect((await count(lab)).state).toBe('denied')
    await lab.mesh.allow()
    await untilState(lab, 'connected')
    expect((await send('POST', '/')).status).toBe(403)
  })

  it('07: the page shows another client’s rule, and its switch restores the rule on methods', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    await pageText(tab.page, '#access-value', /^Allowed$/)
    await writeEntry(lab, {
      kind: 'service-intentions',
      name: 'counting',
      sources: [{ name: 'dashboard', action: 'deny' }],
    })
    await untilState(lab, 'denied')
    expect((await lab.mesh.status()).access).toBe('denied')
    await lab.mesh.set({ name: 'sampling', value: '10' })
    expect((await count(lab)).state).toBe('denied')
    await pageText(tab.page, '#access-value', /^Denied$/)
    await pageText(tab.page, '#state-label', /^Denied$/)
    await switchAccess(tab.page)
    await pageText(tab.page, '#state-label', /^Connected$/)
    expect((await send('POST', '/')).status).toBe(403)
  })

  it('with tcp, a denial is a reset, and rules on methods do not exist', async () => {
    await lab.mesh.set({ name: 'protocol', value: 'tcp' })
    await untilState(lab, 'connected')
    const { settings } = await lab.mesh.status()
    expect(settings.find(({ name }) => name === 'rule')?.value).toBe('everything')
    const error = lab.mesh.set({ name: 'rule', value: 'get-only' })
    await expect(error).rejects.toMatchObject({ code: 'TL_CONTROL_BAD_REQUEST' })

    await lab.mesh.deny()
    const { status, reason } = await untilState(lab, 'unreachable')
    expect([status, reason]).toEqual([null, expect.stringMatching(/reset/i)])
    await lab.mesh.allow()
    await untilState(lab, 'connected')

    await lab.mesh.set({ name: 'protocol', value: 'http' })
    await lab.mesh.set({ name: 'rule', value: 'get-only' })
    await untilState(lab, 'connected')
    expect((await send('POST', '/')).body).toBe('RBAC: access denied')
  })
})
