import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { createControlApi } from './control-api.ts'
import { LabError } from '@throughline/lab-programs'
import { type Access, type Mesh, type MeshStatus, type Tracer, tracers } from './mesh.ts'

const bypass = { address: 'http://127.0.0.1:1', closed: false, reason: 'nothing closes it' }
const rules = ['any method', 'get only'].map((value) => ({ value, label: value, effect: `it allows ${value}` }))
const meshStatus: MeshStatus = {
  mesh: 'obedient',
  tracer: 'opentelemetry',
  tracers,
  access: 'allowed',
  sidecars: [],
  settings: [{ name: 'rule', label: 'Rule', value: 'any method', choices: rules }],
  bypass,
  links: [],
}

/** What the API answers without services. */
const initial = { ...meshStatus, services: [] }

/** A mesh that applies every change and has no sidecars. */
function obedientMesh(): Mesh {
  let access: Access = 'allowed'
  let tracer: Tracer = 'opentelemetry'
  let rule = 'any method'
  return {
    name: 'obedient',
    start: async () => {},
    stop: async () => {},
    allow: async () => void (access = 'allowed'),
    deny: async () => void (access = 'denied'),
    tracing: async (tracerName) => void (tracer = tracerName),
    set: async ({ name, value }) => {
      if (name !== 'rule') throw new LabError('TL_CONTROL_BAD_REQUEST', `there is no setting "${name}"`)
      rule = value
    },
    status: async () => ({ ...meshStatus, tracer, access, settings: settingsWith(rule) }),
    bypass,
    pids: () => ({}),
  }
}

function settingsWith(value: string): MeshStatus['settings'] {
  return [{ name: 'rule', label: 'Rule', value, choices: rules }]
}

async function ask(api: { url: string; token: string }, path: string, init: RequestInit = {}) {
  const headers = {
    authorization: `Bearer ${api.token}`,
    'content-type': 'application/json',
    ...(init.headers as Record<string, string> | undefined),
  }
  const response = await fetch(`${api.url}${path}`, { ...init, headers })
  return { status: response.status, body: (await response.json()) as unknown }
}

describe('control API', () => {
  it('answers the status of the mesh', async () => {
    await using api = await createControlApi({ mesh: obedientMesh() })
    expect(await ask(api, '/mesh/status')).toEqual({ status: 200, body: initial })
  })

  it('answers the status of the services as well', async () => {
    const counting = {
      name: 'counting',
      state: 'down',
      reason: 'exit code 70',
      restarts: 4,
      restartsInMs: 7200,
    } as const
    await using api = await createControlApi({ mesh: obedientMesh(), services: async () => [counting] })
    expect((await ask(api, '/mesh/status')).body).toMatchObject({ services: [counting] })
  })

  it('denies, allows and changes the tracer, and answers with the status afterwards', async () => {
    await using api = await createControlApi({ mesh: obedientMesh() })
    const post = { method: 'POST' }
    expect((await ask(api, '/mesh/deny', post)).body).toEqual({ ...initial, access: 'denied' })
    expect((await ask(api, '/mesh/allow', post)).body).toEqual(initial)
    const zipkin = { ...post, body: '{"tracer":"zipkin"}' }
    expect((await ask(api, '/mesh/tracer', zipkin)).body).toEqual({ ...initial, tracer: 'zipkin' })
  })

  it('changes a setting of the mesh', async () => {
    await using api = await createControlApi({ mesh: obedientMesh() })
    const set = (body: unknown) => ask(api, '/mesh/set', { method: 'POST', body: JSON.stringify(body) })
    expect(await set({ name: 'rule', value: 'get only' })).toEqual({
      status: 200,
      body: { ...initial, settings: settingsWith('get only') },
    })
    expect(await set({ name: 'colour', value: 'red' })).toMatchObject({
      status: 400,
      body: { code: 'TL_CONTROL_BAD_REQUEST' },
    })
    expect(await set({ name: 'rule' })).toMatchObject({ status: 400, body: { code: 'TL_CONTROL_BAD_REQUEST' } })
    expect(await set(null)).toMatchObject({ status: 400, body: { code: 'TL_CONTROL_BAD_REQUEST' } })
  })

  it('breaks traces and repairs them, without waiting for either', async () => {
    const status = { breaks: [], current: null as string | null, changing: true, error: null }
    const breaker = {
      status: () => status,
      choose: (id: string | null) => void (status.current = id),
      settled: () => new Promise<void>(() => {}),
    }
    await using api = await createControlApi({ mesh: obedientMesh(), breaker })
    const post = (body: string) => ask(api, '/mesh/break', { method: 'POST', body })
    expect(await post('{"id":"TLV104"}')).toEqual({ status: 200, body: { ...status, current: 'TLV104' } })
    expect((await ask(api, '/mesh/breaks')).body).toMatchObject({ current: 'TLV104' })
    expect((await post('{"id":null}')).body).toMatchObject({ current: null })
    for (const body of ['', '{}', '{"id":104}', 'null']) expect(await post(body)).toMatchObject({ status: 400 })
  })

  it('has nothing to break where no one breaks it', async () => {
    await using api = await createControlApi({ mesh: obedientMesh() })
    expect((await ask(api, '/mesh/breaks')).body).toMatchObject({ breaks: [], current: null })
    expect(await ask(api, '/mesh/break', { method: 'POST', body: '{"id":"TLV104"}' })).toMatchObject({ status: 400 })
  })

  it.each(['', 'Bearer', 'Bearer wrong', 'Basic abc'])(
    'refuses authorization "%s" on every path',
    async (authorization) => {
      await using api = await createControlApi({ mesh: obedientMesh() })
      for (const path of ['/mesh/status', '/nowhere']) {
        const refused = await ask(api, path, { headers: { authorization } })
        expect(refused).toMatchObject({ status: 401, body: { code: 'TL_CONTROL_UNAUTHORIZED' } })
      }
    },
  )

  it('creates a new token each time, or uses the given one', async () => {
    await using one = await createControlApi({ mesh: obedientMesh() })
    await using other = await createControlApi({ mesh: obedientMesh() })
    await using given = await createControlApi({ mesh: obedientMesh(), token: 'mine' })
    expect(one.token).toMatch(/^[\da-f]{64}$/)
    expect(one.token).not.toBe(other.token)
    expect((await ask({ ...given, token: 'mine' }, '/mesh/status')).status).toBe(200)
  })

  it.each([
    ['/nowhere', 'GET', undefined, 404, 'TL_CONTROL_NOT_FOUND'],
    ['/constructor', 'GET', undefined, 404, 'TL_CONTROL_NOT_FOUND'],
    ['/mesh/deny', 'GET', undefined, 405, 'TL_CONTROL_METHOD'],
    ['/mesh/status', 'POST', undefined, 405, 'TL_CONTROL_METHOD'],
    ['/mesh/tracer', 'POST', '{"tracer":"jaeger"}', 400, 'TL_CONTROL_BAD_REQUEST'],
    ['/mesh/tracer', 'POST', 'null', 400, 'TL_CONTROL_BAD_REQUEST'],
    ['/mesh/tracer', 'POST', '{', 400, 'TL_CONTROL_BAD_REQUEST'],
    ['/mesh/tracer', 'POST', 'x'.repeat(100_000), 413, 'TL_CONTROL_TOO_LARGE'],
  ])('answers %s by %s as a JSON error', async (path, method, body, status, code) => {
    await using api = await createControlApi({ mesh: obedientMesh() })
    const refused = await ask(api, path, { method, ...(body !== undefined && { body }) })
    expect(refused).toMatchObject({ status, body: { code, message: expect.any(String) } })
  })

  it.each([
    [new LabError('TL_MESH_UPDATE_REJECTED', 'refused'), 502, 'TL_MESH_UPDATE_REJECTED'],
    [new LabError('TL_MESH_UPDATE_TIMEOUT', 'late'), 504, 'TL_MESH_UPDATE_TIMEOUT'],
    [new Error('a fault'), 500, 'TL_LAB_INTERNAL'],
    [
      Object.assign(new Error('write'), { code: 'ENOSPC' }),
      500,
      'TL_DISK_FULL',
      'No space is left in the cache folder',
    ],
  ])('answers a failed change with its error code: %s', async (error, status, code, message = error.message) => {
    const deny = async () => {
      throw error
    }
    await using api = await createControlApi({ mesh: { ...obedientMesh(), deny } })
    const failed = await ask(api, '/mesh/deny', { method: 'POST' })
    expect(failed).toEqual({ status, body: { code, message: expect.stringContaining(message) } })
  })

  it('listens on loopback only, and can be closed twice', async () => {
    const api = await createControlApi({ mesh: obedientMesh() })
    expect(new URL(api.url).hostname).toBe('127.0.0.1')
    await api.close()
    await api.close()
    await expect(fetch(api.url)).rejects.toThrow('fetch failed')
  })

  it.each([
    ['another name (DNS rebinding)', { host: 'evil.example' }, 'TL_CONTROL_HOST'],
    ['a name that only begins like an allowed one', { host: 'localhost.evil.example:9009' }, 'TL_CONTROL_HOST'],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 'TL_CONTROL_ORIGIN'],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }, 'TL_CONTROL_ORIGIN'],
    ['a page of another origin', { origin: 'http://evil.example' }, 'TL_CONTROL_ORIGIN'],
  ])('refuses a browser’s request for %s, even with the token', async (_what, headers, code) => {
    const denials: string[] = []
    const deny = async () => void denials.push('denied')
    await using api = await createControlApi({ mesh: { ...obedientMesh(), deny } })
    expect(await send(api, headers)).toMatchObject({ status: 403, code })
    expect(denials).toEqual([])
  })

  it.each(['localhost', 'a.localhost', '127.0.0.1', '[::1]', 'laptop.local', 'x.lab.example'])(
    'answers by the name %s',
    async (host) => {
      await using api = await createControlApi({
        mesh: obedientMesh(),
        allowedHosts: ['laptop.local', '*.lab.example'],
      })
      expect(await send(api, { host: `${host}:9009` })).toMatchObject({ status: 200 })
    },
  )

  it('refuses a body that is not declared as JSON', async () => {
    await using api = await createControlApi({ mesh: obedientMesh() })
    const init = { method: 'POST', body: '{"tracer":"none"}', headers: { 'content-type': 'text/plain' } }
    expect(await ask(api, '/mesh/tracer', init)).toMatchObject({ status: 400 })
  })
})

/** `POST /mesh/deny` with headers that `fetch` doesn't let anyone choose. */
async function send({ url, token }: { url: string; token: string }, headers: Record<string, string>) {
  const request = http.request(`${url}/mesh/deny`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...headers },
  })
  request.end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const { code } = JSON.parse(await text(response)) as { code?: string }
  return { status: response.statusCode, code }
}
