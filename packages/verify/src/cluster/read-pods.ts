import type { PodFacts, ServiceFacts } from '../evidence/cluster-facts.ts'
import type { Callee } from './callees.ts'
import {
  annotationsOf,
  containersOf,
  isReady,
  type KubeObject,
  labelsOf,
  list,
  namespaceOf,
  objectName,
  record,
  selects,
  sidecarOf,
  spec,
  text,
} from './kube-objects.ts'
import { containerPort } from './resolve-target.ts'

export function readPod(pod: KubeObject): PodFacts {
  const started = Date.parse(text(record(pod['status'])['startTime']) ?? '')
  const annotations = annotationsOf(pod)
  return {
    pod: objectName(pod),
    identity: `ns/${namespaceOf(pod)}/sa/${text(spec(pod)['serviceAccountName']) ?? 'default'}`,
    startedAt: Number.isNaN(started) ? null : started,
    ready: isReady(pod),
    sidecar: sidecarOf(pod),
    ambient: annotations['ambient.istio.io/redirection'] === 'enabled',
    crashedAt: crashedAt(pod),
    consulService: text(annotations['consul.hashicorp.com/connect-service']) ?? text(spec(pod)['serviceAccountName']),
    injectedSampling: injectedSampling(pod),
  }
}

function crashedAt(pod: KubeObject): number | null {
  const ends = list(record(pod['status'])['containerStatuses']).flatMap((status) => {
    const ended = record(record(status['lastState'])['terminated'])
    const time = Date.parse(text(ended['finishedAt']) ?? '')
    return Number.isNaN(time) || ended['exitCode'] === 0 ? [] : [time]
  })
  return ends.length === 0 ? null : Math.max(...ends)
}

/** The sampling that Istio's injection wrote into the sidecar's environment, which a later change does not reach. */
function injectedSampling(pod: KubeObject): number | null {
  const sidecar = containersOf(pod).find(({ name }) => name === 'istio-proxy')
  const value = list(sidecar?.['env']).find(({ name }) => name === 'PROXY_CONFIG')?.['value']
  try {
    const sampling = record(record(JSON.parse(text(value) ?? '{}'))['tracing'])['sampling']
    return typeof sampling === 'number' ? sampling : null
  } catch {
    return null
  }
}

/** What a called Service says about its port and its pods. */
export function readService(
  service: KubeObject,
  callee: Pick<Callee, 'port'>,
  pods: readonly KubeObject[],
): ServiceFacts {
  const selector = record(spec(service)['selector'])
  const hasSelector = Object.keys(selector).length > 0
  const selected = hasSelector
    ? pods.filter((pod) => namespaceOf(pod) === namespaceOf(service) && selects(selector, labelsOf(pod)))
    : []
  const ports = list(spec(service)['ports'])
  const called = ports.findIndex(({ port }) => port === callee.port)
  const index = called < 0 && ports.length === 1 ? 0 : called
  const port = ports[index]
  return {
    service: objectName(service),
    port:
      port === undefined
        ? null
        : {
            name: text(port['name']),
            appProtocol: text(port['appProtocol']),
            port: Number(port['port']),
            target: selected[0] === undefined ? Number(port['port']) : containerPort(port, selected[0]),
          },
    portIndex: Math.max(0, index),
    hasSelector,
    pods: selected.map(objectName),
    readyPods: selected.filter(isReady).length,
  }
}
