import type { Ports } from '@throughline/lab-programs'
import type { Placement } from './placement.ts'

/** Both services on 127.0.0.1, one calling the other without anything between them. */
export function placeWithoutMesh(ports: Ports, countingApp = `127.0.0.1:${ports.counting}`): Placement {
  const dashboard = `127.0.0.1:${ports.dashboard}`
  return {
    counting: countingApp,
    dashboard,
    dashboardUrl: `http://${dashboard}`,
    upstreamUrl: `http://${countingApp}`,
    host: '127.0.0.1',
  }
}
