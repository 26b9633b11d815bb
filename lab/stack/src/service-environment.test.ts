import { expect, it } from 'vitest'
import { labOnlyEnv, serviceEnvironment } from './service-environment.ts'

const addresses = {
  upstreamUrl: 'http://counting:9001',
  otlpUrl: 'http://127.0.0.1:4318/v1/traces',
  zipkinUrl: 'http://127.0.0.1:9411/api/v2/spans',
  queryUrl: 'http://127.0.0.1:16686',
}

it('admits the names by which pods call each other', () => {
  const { ALLOWED_HOSTS = '' } = serviceEnvironment(addresses)
  expect(ALLOWED_HOSTS.split(',')).toEqual(expect.arrayContaining(['counting', 'dashboard']))
  expect(ALLOWED_HOSTS.split(',')).toContain(`counting.throughline.svc.cluster.local`)
})

it('leaves out what only a mesh provides', () => {
  const env = serviceEnvironment({ ...addresses, control: undefined, bypassUrl: undefined })
  expect(Object.keys(env).filter((name) => /^(MESH|COUNTING_BYPASS|PEER)/.test(name))).toEqual([])
})

it('adds only the lab’s own values to the environment of a chart', () => {
  const env = serviceEnvironment({ ...addresses, control: { url: 'http://127.0.0.1:1', token: 'secret' } })
  expect(labOnlyEnv(env)).toEqual({
    MESH_CONTROL_URL: 'http://127.0.0.1:1',
    MESH_CONTROL_TOKEN: 'secret',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    DRAIN_DELAY_MS: '0',
    DRAIN_TIMEOUT_MS: '2000',
  })
})
