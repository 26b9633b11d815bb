import { describe, expect, it } from 'vitest'
import { openKubeApi } from './open-kube-api.test-support.ts'
import { ask } from '../request.test-support.ts'

describe('custom resources', () => {
  /** A kind whose versions have one schema; the last is stored. */
  const definition = (versions: string[]) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.example.test' },
    spec: {
      group: 'example.test',
      scope: 'Namespaced',
      names: { plural: 'gadgets', kind: 'Gadget', shortNames: ['ga'] },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === versions.length - 1,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      })),
    },
  })

  it('are served in every version, have a status beside their spec, and are found by discovery', async () => {
    await using api = await openKubeApi()
    await api.define(definition(['v1beta1', 'v1']), 'v1')
    const gadgets = (version: string) => `/apis/example.test/${version}/namespaces/${api.namespace}/gadgets`
    const body = { apiVersion: 'example.test/v1beta1', kind: 'Gadget', metadata: { name: 'one' }, spec: { size: 1 } }
    expect((await ask(api, gadgets('v1beta1'), { method: 'POST', body })).status).toBe(201)
    const read = await ask(api, `${gadgets('v1')}/one`)
    expect(read.body).toMatchObject({ apiVersion: 'example.test/v1', spec: { size: 1 }, metadata: { generation: 1 } })

    const write = async (path: string, more: object) => {
      const current = await ask(api, `${gadgets('v1')}/one`)
      return await ask(api, path, { method: 'PUT', body: { ...current.body, ...more } })
    }
    const status = await write(`${gadgets('v1')}/one/status`, { spec: { size: 9 }, status: { ok: 1 } })
    expect(status.body).toMatchObject({ spec: { size: 1 }, status: { ok: 1 }, metadata: { generation: 1 } })
    const spec = await write(`${gadgets('v1')}/one`, { spec: { size: 2 }, status: { ok: 2 } })
    expect(spec.body).toMatchObject({ spec: { size: 2 }, status: { ok: 1 }, metadata: { generation: 2 } })

    const { body: groups } = await ask<{ groups: { name: string }[] }>(api, '/apis')
    expect(groups.groups.map(({ name }) => name)).toContain('example.test')
    const { body: group } = await ask<{ resources: { name: string }[] }>(api, '/apis/example.test/v1')
    const gadget = group.resources.find(({ name }) => name === 'gadgets')
    expect(gadget).toMatchObject({ kind: 'Gadget', namespaced: true, shortNames: ['ga'] })
  })
})
