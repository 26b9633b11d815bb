import { randomUUID } from 'node:crypto'
import { type AdmissionResponse, callWebhook } from './call-webhook.ts'
import { KubeError } from './kube-error.ts'
import type { Json, KubeObject } from './kube-object.ts'
import { idOf, type ObjectStore } from './object-store.ts'
import { jsonPatch } from './patch.ts'
import { parseApiVersion, type ResourceType } from './resource-type.ts'
import type { Labels } from './selectors.ts'
import { isMatch, type Operation, type Webhook } from './webhook-rules.ts'

interface AdmissionRequest {
  type: ResourceType
  operation: Operation
  object: KubeObject
  before?: KubeObject | undefined
  dryRun: boolean
}

/** Calls the webhooks that are registered in the store before an object is written. */
export interface Admission {
  /** The object as changed by the mutating webhooks. @throws KubeError when one denies it, or fails and must not */
  mutate: (request: AdmissionRequest) => Promise<KubeObject>
  /** @throws KubeError when a validating webhook denies the object, or fails and must not */
  validate: (request: AdmissionRequest) => Promise<void>
}

const GROUP = 'admissionregistration.k8s.io'

export function createAdmission(store: ObjectStore): Admission {
  const webhooks = (shelf: string): Webhook[] =>
    store
      .list(`${GROUP}/${shelf}`)
      .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))
      .flatMap((configuration) => (configuration['webhooks'] ?? []) as Webhook[])

  const labelsOfNamespace = ({ kind, metadata }: KubeObject): Labels | undefined => {
    if (kind === 'Namespace') return metadata.labels ?? {}
    if (metadata.namespace === undefined) return undefined
    return store.get('/namespaces', idOf({ name: metadata.namespace }))?.metadata.labels ?? {}
  }

  const call = async (webhook: Webhook, request: AdmissionRequest): Promise<AdmissionResponse | undefined> => {
    if (!isMatch(webhook, { ...request, namespaceLabels: labelsOfNamespace(request.object) })) return undefined
    try {
      return await callWebhook(webhook, reviewOf(request), store)
    } catch (error) {
      // The API's own default is Fail.
      if (webhook.failurePolicy === 'Ignore') return undefined
      const why = error instanceof Error ? error.message : String(error)
      throw new KubeError(
        500,
        'InternalError',
        `Internal error occurred: failed calling webhook "${webhook.name}": ${why}`,
      )
    }
  }

  return {
    async mutate(request) {
      let { object } = request
      for (const webhook of webhooks('mutatingwebhookconfigurations')) {
        const response = await call(webhook, { ...request, object })
        if (response === undefined) continue
        refuseUnlessAllowed(webhook, response)
        if (response.patch === undefined) continue
        const patch = JSON.parse(Buffer.from(response.patch, 'base64').toString()) as Json
        object = jsonPatch(object as unknown as Json, patch) as unknown as KubeObject
      }
      return object
    },
    async validate(request) {
      for (const webhook of webhooks('validatingwebhookconfigurations')) {
        const response = await call(webhook, request)
        if (response !== undefined) refuseUnlessAllowed(webhook, response)
      }
    },
  }
}

function refuseUnlessAllowed(webhook: Webhook, { allowed, status }: AdmissionResponse): void {
  if (allowed) return
  const code = status?.code !== undefined && status.code >= 400 ? status.code : 400
  const why = status?.message ?? status?.reason ?? 'without explanation'
  const message = `admission webhook "${webhook.name}" denied the request: ${why}`
  throw new KubeError(code, status?.reason ?? 'BadRequest', message)
}

/** `admission.k8s.io/v1` AdmissionReview. */
function reviewOf({ type, operation, object, before, dryRun }: AdmissionRequest): object {
  const { group: apiGroup, version } = parseApiVersion(type.apiVersion)
  const kind = { group: apiGroup, version, kind: type.kind }
  const resource = { group: apiGroup, version, resource: type.plural }
  const { name, namespace } = object.metadata
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: randomUUID(),
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name,
      ...(namespace !== undefined && { namespace }),
      operation,
      userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
      object: operation === 'DELETE' ? null : object,
      oldObject: before ?? null,
      dryRun,
    },
  }
}
