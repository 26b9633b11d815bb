import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import tls, { type SecureContextOptions } from 'node:tls'
import { createCertificateAuthority } from '@throughline/lab-meshes'
import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

describe('mutual TLS at the sidecar of counting', () => {
  let lab: MeshLab
  beforeAll(async () => void (lab = await startLab({ tracer: 'none' })))
  afterAll(() => lab.stop())

  /** One request straight to the inbound listener, with the given certificate. */
  function knock(options: SecureContextOptions): Promise<string> {
    return new Promise((resolve) => {
      https
        .get({ ...inbound(), rejectUnauthorized: false, agent: false, ...options }, (answer) => {
          let body = ''
          answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
          answer.once('end', () => resolve(`${answer.statusCode} ${body}`))
        })
        .once('error', (error: NodeJS.ErrnoException) => resolve(`${error.code} ${error.message}`))
    })
  }
  const inbound = () => {
    const [host = '', port = ''] = (lab.countingInbound ?? '').split(':')
    return { host, port }
  }
  const identities = () => {
    if (lab.identities === undefined) throw new Error('the lab did not issue the certificates of this mesh')
    return lab.identities
  }
  const dashboard = () => ({
    cert: fs.readFileSync(path.join(identities().folder, 'dashboard.pem')),
    key: fs.readFileSync(path.join(identities().folder, 'dashboard.key')),
  })

  it('admits the dashboard', async () => {
    expect(await knock(dashboard())).toMatch(/^200 \{"count":\d+/)
  })

  it('refuses a peer of the same authority with another identity: 403, on HTTP', async () => {
    const intruder = await identities().issue('intruder')
    expect(await knock({ cert: intruder.certificate, key: intruder.key })).toBe('403 RBAC: access denied')
  })

  it('refuses a caller without a certificate, on TLS', async () => {
    expect(await knock({})).toMatch(/certificate required/i)
  })

  it('refuses a certificate of another authority that claims to be the dashboard', async () => {
    const rogue = await (await createCertificateAuthority()).issue('dashboard')
    expect(await knock({ cert: rogue.certificate, key: rogue.key })).toMatch(/unknown ca/i)
  })

  it('refuses plain HTTP with a reset', async () => {
    const refused = fetch(`http://${lab.countingInbound}/`)
    await expect(refused).rejects.toMatchObject({ cause: { code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) } })
  })

  it('speaks TLS 1.3 only', async () => {
    expect(await knock({ ...dashboard(), maxVersion: 'TLSv1.2' })).toMatch(/protocol version/i)
  })
})

it('renews the certificates of the static Envoys before they expire', async () => {
  await using lab = await startLab({ tracer: 'none', certificateSeconds: 12 })
  const file = path.join(lab.identities?.folder ?? '', 'counting.pem')
  const first = new X509Certificate(fs.readFileSync(file))
  await pollUntil(() => Date.now() > Date.parse(first.validTo) + 1000, {
    deadline: 20_000,
    what: 'the end of the first',
  })
  // A new connection between the sidecars, whose certificates would have expired.
  await pollUntil(async () => (await count(lab)).state === 'connected', { deadline: 10_000, what: 'a call' })
  const [host = '', port = ''] = (lab.countingInbound ?? '').split(':')
  const socket = tls.connect({ host, port: Number(port), rejectUnauthorized: false })
  // It has no certificate, so it is refused after it has seen the sidecar's.
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  const served = socket.getPeerX509Certificate()
  socket.destroy()
  expect(served?.serialNumber).not.toBe(first.serialNumber)
  expect(Date.parse(served?.validTo ?? '')).toBeGreaterThan(Date.now())
})
