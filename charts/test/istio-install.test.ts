import fs from 'node:fs'
import path from 'node:path'
import { findObject } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CHARTS, requireHelm } from './support/helm.ts'

interface Provider {
  name: string
  [kind: string]: unknown
}

const read = (file: string) => parse(fs.readFileSync(path.join(CHARTS, file), 'utf8')) as Record<string, never>
const istiod = read('istio/install/istiod.yaml') as unknown as {
  meshConfig: { trustDomain: string; extensionProviders: Provider[] }
  gateways: { seccompProfile: object }
}

describe('values for Istio’s own charts', () => {
  it('define the providers that the application uses and its values name', () => {
    const names = istiod.meshConfig.extensionProviders.map(({ name }) => name)
    const { telemetry } = read('istio/values.yaml') as unknown as { telemetry: { provider: string } }
    expect(names).toContain(telemetry.provider)
    const comment = /# Extension provider .*/.exec(fs.readFileSync(path.join(CHARTS, 'istio/values.yaml'), 'utf8'))?.[0]
    expect(comment?.match(/(?<=`)[\w-]+(?=`)/g)).toEqual(names)
  })

  it('name the ports of the small Jaeger’s Service, with gRPC declared', async (context) => {
    const helm = await requireHelm(context)
    const service = findObject(await helm.objects('istio'), 'Service', 'jaeger')
    const { ports } = service.spec as { ports: { port: number; appProtocol: string }[] }
    for (const provider of istiod.meshConfig.extensionProviders) {
      const { service: host, port } = Object.values(provider).find((value) => typeof value === 'object') as {
        service: string
        port: number
      }
      expect(host).toBe(`jaeger.${service.metadata.namespace}.svc.cluster.local`)
      expect(ports.map((one) => one.port)).toContain(port)
    }
    expect(ports.find(({ port }) => port === 4317)).toMatchObject({ appProtocol: 'grpc' })
  })

  it('equal the overlay for istioctl', () => {
    const overlay = read('istio/install/istioctl.yaml') as unknown as {
      spec: { meshConfig: unknown; values: { gateways: unknown } }
    }
    expect(overlay.spec.meshConfig).toEqual(istiod.meshConfig)
    expect(overlay.spec.values.gateways).toEqual(istiod.gateways)
  })

  it('use the trust domain of the application’s chart', () => {
    const { global } = read('istio/values.yaml') as unknown as { global: { istio: { trustDomain: string } } }
    expect(istiod.meshConfig.trustDomain).toBe(global.istio.trustDomain)
  })

  it('give Kiali the backend that the application uses', async (context) => {
    const helm = await requireHelm(context)
    const kiali = read('istio/install/kiali.yaml') as unknown as {
      external_services: { tracing: { internal_url: string } }
    }
    expect(await helm.text('istio')).toContain(`value: ${kiali.external_services.tracing.internal_url}\n`)
  })
})
