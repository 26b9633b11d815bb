import { LabError, poll } from '@throughline/lab-programs'
import { type ConsulAgent, createConsulClient } from '@throughline/lab-meshes'

/** Milliseconds for a server to elect itself leader. */
const LEADER_DEADLINE = 60_000

/** A Consul server that compose starts, stops and restarts. */
export function createRemoteConsulAgent({ url, xdsUrl }: { url: string; xdsUrl: string }): ConsulAgent {
  const client = createConsulClient(url)
  return {
    name: 'consul',
    client,
    xdsUrl,
    pid: () => undefined,
    async start() {
      const ready = await poll(async () => (await client.isReady()) || undefined, { deadlineMs: LEADER_DEADLINE })
      if (ready === undefined) {
        throw new LabError(
          'TL_MESH_UPDATE_TIMEOUT',
          `no Consul with a leader answers at ${url} after ${LEADER_DEADLINE / 1000} s`,
        )
      }
    },
    stop: async () => {},
    downReason: async () => ((await client.isReady()) ? undefined : `no answer at ${url}`),
  }
}
