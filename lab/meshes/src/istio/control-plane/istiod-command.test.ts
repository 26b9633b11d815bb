import { describe, expect, it } from 'vitest'
import { istiodCommand } from './istiod-command.ts'

const addresses = {
  host: '127.0.0.1',
  ports: { xds: 1, secureXds: 2, webhook: 3, http: 4, monitoring: 5 },
  kubeconfig: '/run/kubeconfig',
}

function deployment(container: object) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'istiod', namespace: 'istio-system' },
    spec: { template: { spec: { serviceAccountName: 'istiod', containers: [{ name: 'discovery', ...container }] } } },
  }
}

describe('istiod as a program', () => {
  it('has the arguments of its Deployment, overridden by this machine’s addresses', () => {
    const { args } = istiodCommand(deployment({ args: ['discovery', '--monitoringAddr=:15014'], env: [] }), addresses)
    expect(args.slice(0, 2)).toEqual(['discovery', '--monitoringAddr=:15014'])
    expect(args.slice(2).toSorted()).toEqual([
      '--grpcAddr=127.0.0.1:1',
      '--httpAddr=127.0.0.1:4',
      '--httpsAddr=127.0.0.1:3',
      '--kubeconfig=/run/kubeconfig',
      '--monitoringAddr=127.0.0.1:5',
      '--secureGRPCAddr=127.0.0.1:2',
    ])
  })

  it('has the environment of its Deployment, resolved as a cluster would', () => {
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } })
    const env = [
      { name: 'REVISION', value: 'default' },
      { name: 'EMPTY', value: '' },
      field('POD_NAME', 'metadata.name'),
      field('POD_NAMESPACE', 'metadata.namespace'),
      field('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
      { name: 'KUBECONFIG', value: '/var/run/secrets/remote/config' },
      { name: 'GOMAXPROCS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    ]
    expect(istiodCommand(deployment({ args: [], env }), addresses).env).toEqual({
      REVISION: 'default',
      EMPTY: '',
      POD_NAME: 'istiod-0',
      POD_NAMESPACE: 'istio-system',
      SERVICE_ACCOUNT: 'istiod',
      KUBECONFIG: '/run/kubeconfig',
    })
  })

  it('is refused when the Deployment is not istiod’s', () => {
    expect(() => istiodCommand(deployment({ name: 'other' }), addresses)).toThrow('the Deployment istiod has no istiod')
  })
})
