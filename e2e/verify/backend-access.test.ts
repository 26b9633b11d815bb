import { execFile } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import https from 'node:https'
import { createRequire } from 'node:module'
import type net from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { createCertificateAuthority } from '@throughline/lab-meshes'
import { findNode } from '@throughline/lab-programs'
import { startServer, temporaryFolder } from '@throughline/lab-testkit'
import type { Evidence } from 'throughline'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const program = path.join(
  path.dirname(createRequire(import.meta.url).resolve('throughline/package.json')),
  'dist/cli/main.js',
)

describe('a trace backend behind TLS', () => {
  it('is trusted by --traces-ca, and by what Node trusts besides; another is not', async () => {
    await using kept = await temporaryFolder()
    await using service = await startServer((_request, response) => void response.end())
    const authorities = await Promise.all(['given', 'extra', 'unknown'].map(() => createCertificateAuthority()))
    const [given, extra] = authorities.map(({ certificate }, index) => {
      const file = path.join(kept.path, `${index}.pem`)
      fs.writeFileSync(file, certificate)
      return file
    })
    const found = await Promise.all(
      authorities.map(async (authority, index) => {
        const { key, certificate } = await authority.issue('jaeger', ['127.0.0.1'])
        const backend = https.createServer({ key, cert: certificate }, (_request, response) => {
          response.end('{"data":[],"total":0}')
        })
        await once(backend.listen(0, '127.0.0.1'), 'listening')
        const traces = `https://127.0.0.1:${(backend.address() as net.AddressInfo).port}`
        const file = path.join(kept.path, `${index}.json`)
        const args = ['verify', service.url, '--traces', traces, '--traces-ca', given ?? '', '--save', file]
        const env = { ...process.env, NODE_EXTRA_CA_CERTS: extra }
        await run(process.execPath, [program, ...args, '--settle', '0'], { env }).catch(() => {})
        backend.close()
        return (JSON.parse(fs.readFileSync(file, 'utf8')) as Evidence).backend
      }),
    )
    expect(found).toEqual([
      { kind: 'jaeger', searchable: true, failure: null },
      { kind: 'jaeger', searchable: true, failure: null },
      { kind: 'unknown', searchable: true, failure: expect.stringMatching(/can’t be read: .*certificate/) },
    ])
  })
})

it('a trace backend on this machine is read without the proxy of the environment', async () => {
  await using kept = await temporaryFolder()
  await using service = await startServer((_request, response) => void response.end())
  await using backend = await startServer((_request, response) => void response.end('{"data":[],"total":0}'))
  const file = path.join(kept.path, 'evidence.json')
  const args = ['verify', service.url, '--traces', backend.url, '--save', file, '--settle', '0']
  const env = { ...process.env, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '', no_proxy: '' }
  await run(await findNode('24.21.0'), [program, ...args], { env }).catch(() => {})
  const evidence = JSON.parse(fs.readFileSync(file, 'utf8')) as Evidence
  expect(evidence.backend).toEqual({ kind: 'jaeger', searchable: true, failure: null })
})
