import fs from 'node:fs'
import path from 'node:path'
import { readObjects } from '@throughline/lab-kube-api'
import { expect, it } from 'vitest'
import { renderIntentions, renderMeshEntry, renderProxyDefaults, renderServiceDefaults } from './consul-entries.ts'
import type { ConsulEntry } from './consul-entry.ts'
import { readChart } from './read-chart.ts'

/** A render that the charts' own tests keep true. */
const rendered = path.join(import.meta.dirname, '../../../../charts/consul/examples/demo/rendered')

const backend = { otlpUrl: 'http://127.0.0.1:4318/v1/traces', zipkinUrl: 'http://127.0.0.1:9411/api/v2/spans' }

/** Each leaf by its path, with the JSON inside of strings taken apart. */
function leaves(value: unknown, at = ''): Record<string, unknown> {
  if (typeof value === 'string' && /^[[{]/.test(value)) return leaves(JSON.parse(value), at)
  if (typeof value !== 'object' || value === null) return { [at]: value }
  return Object.assign({}, ...Object.entries(value).map(([key, one]) => leaves(one, `${at}/${key}`)))
}

const byName = (entries: readonly ConsulEntry[]): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    entries.map(({ kind, name, ...spec }) => [`${kind} ${kind === 'mesh' ? 'mesh' : name}`, leaves(spec)]),
  )

it('the entries of mesh/consul equal the chart’s, except for the listed differences', async () => {
  const texts = fs.readdirSync(rendered).map((file) => fs.readFileSync(path.join(rendered, file), 'utf8'))
  const chart = byName(readChart(readObjects(texts.join('\n---\n'))).entries)
  const ours = byName([
    await renderProxyDefaults({ tracer: 'zipkin', sampling: '100' }, backend),
    await renderMeshEntry(),
    await renderServiceDefaults('counting', { protocol: 'http' }),
    await renderIntentions({ rule: 'get-only' }),
  ])
  const differing = Object.keys(ours).flatMap((entry) => {
    const mine = ours[entry] ?? {}
    const theirs = chart[entry] ?? {}
    const paths = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])]
    return paths.filter((leaf) => mine[leaf] !== theirs[leaf]).map((leaf) => `${entry} ${leaf}`)
  })
  const cluster = '/config/envoy_extra_static_clusters_json'
  const format = Object.keys(ours['proxy-defaults global'] ?? {}).filter((leaf) => leaf.includes('/jsonFormat/'))
  const socket = `${cluster}/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/socket_address`
  expect(format.length).toBeGreaterThan(0)
  expect(differing.toSorted()).toEqual(
    [
      // Where the trace backend is, and whether IPv4 is resolved first.
      `${socket}/address`,
      `${cluster}/dns_lookup_family`,
      // The platform decides a cluster's own log format.
      ...format,
    ]
      .map((leaf) => `proxy-defaults global ${leaf}`)
      .toSorted(),
  )
  // The lab's agent denies by default, and no client calls the dashboard through its sidecar.
  expect(Object.keys(chart).filter((entry) => !(entry in ours))).toEqual([
    'service-defaults dashboard',
    'service-intentions *',
    'service-intentions dashboard',
  ])
})
