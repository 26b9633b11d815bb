import type { Json } from '@throughline/lab-kube-api'
import { renderMeshFile } from '../mesh-files.ts'
import type { PlaceBehind } from '../placement/placement.ts'
import { envoyAddress } from '../sidecar/envoy-address.ts'
import type { Bootstrap } from './bootstrap.ts'

/**
 * Adds the listener from which a service in counting's place calls counting. An upstream of Consul would need a second
 * sidecar at its other end; this is what `envoy_extra_static_listeners_json` is for.
 */
export async function withWayOut(
  bootstrap: Bootstrap,
  { outbound, app, sampling }: PlaceBehind & { sampling: number },
): Promise<Bootstrap> {
  const { listeners = [], clusters = [] } = bootstrap.static_resources ?? {}
  const traces = bootstrap['tracing'] !== undefined
  const listener = untyped(
    await renderMeshFile('envoy/counting/upstream-listener.yaml', {
      UPSTREAM_OUTBOUND: envoyAddress(outbound),
      // As in Consul's own listeners, the tracer is the bootstrap's.
      TRACING: traces
        ? untyped(await renderMeshFile('consul/proxy-defaults/sampling.yaml', { SAMPLING: sampling }))
        : null,
      ACCESS_LOG: await renderMeshFile('envoy/access-log.yaml'),
    }),
  )
  const cluster = untyped(
    await renderMeshFile('envoy/counting/upstream-cluster.yaml', { UPSTREAM_APP: envoyAddress(app) }),
  )
  return {
    ...bootstrap,
    static_resources: {
      ...bootstrap.static_resources,
      listeners: [...listeners, listener],
      clusters: [...clusters, cluster],
    } satisfies Record<string, Json>,
  }
}

/** Without the type that a message must name in a file or a string of its own, and may not as part of another. */
function untyped(resource: Json): Json {
  const { '@type': _type, ...fields } = resource as Record<string, Json>
  return fields
}
