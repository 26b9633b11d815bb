import fs from 'node:fs'
import path from 'node:path'
import { findObject } from '@throughline/lab-kube-api'
import { createMetrics } from '@throughline/service-kit'
import { describe, expect, it } from 'vitest'
import { CHARTS, requireHelm } from './support/helm.ts'

interface Dashboard {
  uid: string
  panels: {
    id: number
    title: string
    gridPos: { x: number; y: number; w: number; h: number }
    targets: { expr: string }[]
  }[]
}

const file = path.join(CHARTS, 'observability/files/grafana-dashboard.json')
const dashboard = JSON.parse(fs.readFileSync(file, 'utf8')) as Dashboard
const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

/** Every metric of the services: the common ones, and the counters named in their sources. */
async function knownMetrics(): Promise<string[]> {
  let text = ''
  const response = { type: () => response, send: (body: string) => void (text = body) }
  const handler = createMetrics('counting').handler as unknown as (request: object, response: object) => Promise<void>
  await handler({}, response)
  const common = [...text.matchAll(/^# TYPE (\S+) (\w+)/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram'
      ? [`${name}_bucket`, `${name}_count`, `${name}_sum`]
      : // OpenMetrics names the family, and its samples have a suffix.
        [type === 'counter' ? `${name}_total` : name],
  )
  const own = ['counting/src/app.ts', 'dashboard/src/count-route.ts', 'dashboard/src/show/own-call.ts'].flatMap(
    (source) => {
      const code = path.join(CHARTS, '../services', source)
      return fs.existsSync(code) ? [...fs.readFileSync(code, 'utf8').matchAll(/name: '(\w+_total)'/g)] : []
    },
  )
  return [...common, ...own.map(([, name = '']) => name)]
}

describe('the Grafana dashboard', () => {
  it('queries only metrics of the services', async () => {
    const known = await knownMetrics()
    const asked = queries.flatMap(
      (query) => query.replaceAll(/by \([^)]*\)/g, '').match(/\b[a-z]+_[a-z_]+(?=[{[)])/g) ?? [],
    )
    expect(asked.length).toBeGreaterThanOrEqual(queries.length)
    expect(asked.filter((name) => !known.includes(name))).toEqual([])
  })

  it('has panels that do not overlap', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })

  it.for(['consul', 'istio'])(
    'comes as a ConfigMap that Grafana’s sidecar finds, from charts/%s',
    async (chart, context) => {
      const helm = await requireHelm(context)
      const values = { observability: { grafanaDashboard: { create: true } } }
      const map = findObject(await helm.objects(chart, { values }), 'ConfigMap', 'throughline-grafana-dashboard')
      expect(map.metadata.labels).toMatchObject({ grafana_dashboard: '1' })
      const { data } = map as unknown as { data: Record<string, string> }
      expect(JSON.parse(data['throughline.json'] ?? '')).toEqual(dashboard)
    },
  )
})
