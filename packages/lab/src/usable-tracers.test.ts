import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { tracers } from './mesh.ts'
import { temporaryFolder, writeScript } from './temporary-folder.test-support.ts'
import { usableTracers } from './usable-tracers.ts'

async function envoyOf(version: string) {
  const folder = await temporaryFolder()
  const file = await writeScript(
    path.join(folder.path, 'envoy'),
    `echo 'envoy  version: 0123abcd/${version}/Clean/RELEASE/BoringSSL'`,
  )
  return { file, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

describe('usableTracers', () => {
  it('is all of them with our own trace store', async () => {
    await using envoy = await envoyOf('1.40.0')
    expect(await usableTracers(envoy.file)).toEqual(tracers)
  })

  it('leaves out what an older Envoy lacks', async () => {
    await using envoy = await envoyOf('1.35.7')
    expect(await usableTracers(envoy.file)).toEqual(['opentelemetry', 'zipkin', 'datadog', 'none'])
  })

  it('leaves out Datadog with a backend that is no Datadog agent', async () => {
    await using envoy = await envoyOf('1.40.0')
    expect(await usableTracers(envoy.file, {})).toEqual(['opentelemetry', 'zipkin', 'zipkin-w3c', 'none'])
    expect(await usableTracers(envoy.file, { datadogUrl: 'http://127.0.0.1:8126' })).toEqual(tracers)
  })

  it('leaves out none where there are no sidecars', async () => {
    expect(await usableTracers(undefined, {})).toEqual(tracers)
  })
})
