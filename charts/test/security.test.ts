import fs from 'node:fs'
import path from 'node:path'
import type { KubeObject } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { CHARTS, requireHelm } from './support/helm.ts'
import { ofKind } from './support/kubernetes-object.ts'

interface PodSpec {
  hostNetwork?: boolean
  volumes?: Record<string, unknown>[]
  securityContext: Record<string, unknown>
  containers: { name: string; securityContext: Record<string, unknown>; resources: unknown; ports?: object[] }[]
}

/** The pods that a chart starts: of Deployments, and those of tests. */
function podSpecs(objects: KubeObject[]): PodSpec[] {
  const deployed = ofKind(objects, 'Deployment').map(({ spec }) => (spec as { template: { spec: PodSpec } }).template)
  return [...deployed.map(({ spec }) => spec), ...ofKind(objects, 'Pod').map(({ spec }) => spec as PodSpec)]
}

describe.each(['service', 'consul', 'istio'])('pods of charts/%s', (chart) => {
  it('meet the restricted Pod Security Standard, and have a read-only root', async (context) => {
    const helm = await requireHelm(context)
    const pods = podSpecs(await helm.objects(chart))
    expect(pods.length).toBeGreaterThan(1)
    for (const pod of pods) {
      expect(pod.hostNetwork).toBeUndefined()
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      for (const volume of pod.volumes ?? []) expect(Object.keys(volume)).toEqual(['name', 'emptyDir'])
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
        for (const port of container.ports ?? []) expect(port).not.toHaveProperty('hostPort')
      }
    }
  })

  it('have requests and limits for CPU and memory', async (context) => {
    const helm = await requireHelm(context)
    const amounts = { cpu: expect.any(String) as string, memory: expect.any(String) as string }
    for (const { containers } of podSpecs(await helm.objects(chart))) {
      for (const { resources } of containers) expect(resources).toEqual({ requests: amounts, limits: amounts })
    }
  })
})

describe('values files', () => {
  const files = fs
    .readdirSync(CHARTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file) && !/node_modules|rendered|injected|templates/.test(file))

  it('contain no password, token, key or credential with a value', () => {
    expect(files.length).toBeGreaterThan(20)
    const secret =
      /(password|passwd|secret|token|apikey|api_key|credential|private_?key)\w*['"]?:[ \t]*['"]?[\w+/=-]{4,}/i
    const allowed = /automountToken: (true|false)/
    const found = files.flatMap((file) =>
      fs
        .readFileSync(path.join(CHARTS, file), 'utf8')
        .split('\n')
        .filter((line) => secret.test(line) && !allowed.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
    expect(found).toEqual([])
  })

  it('create no Secret', async (context) => {
    const helm = await requireHelm(context)
    for (const chart of ['service', 'consul', 'istio', 'consul/install/mesh']) {
      expect(ofKind(await helm.objects(chart), 'Secret')).toEqual([])
    }
  })
})
