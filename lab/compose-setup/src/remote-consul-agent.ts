import { LabError, poll } from '@throughline/lab-programs'
import { type ConsulAgent, createConsulClient } from '@throughline/lab-meshes'

/** Milliseconds for a server to find that it leads itself. */
const patience = 60_000

/** A Consul server that runs elsewhere and is started, stopped and restarted there. */
export function createRemoteConsulAgent({ url, xdsUrl }: { url: string; xdsUrl: string }): ConsulAgent {
  const client = createConsulClient(url)
  return {
    name: 'consul',
    client,
    xdsUrl,
    pid: () => undefined,
    async start() {
      const ready = await poll(async () => (await client.isReady()) || undefined, { deadlineMs: patience })
      if (ready === undefined) {
        throw new LabError(
          'TL_MESH_UPDATE_TIMEOUT',
          `no Consul that leads answers at ${url} after ${patience / 1000} s`,
        )
      }
    },
    stop: async () => {},
    downReason: async () => ((await client.isReady()) ? undefined : `no answer at ${url}`),
  }
}
