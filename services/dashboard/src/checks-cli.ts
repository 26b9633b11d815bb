import process from 'node:process'
import { loadConfig } from '@throughline/service-kit/config'
import { readMeshStatus } from './checks/mesh-status.ts'
import { runChecks } from './checks/run-checks.ts'
import { dashboardVariables } from './config.ts'

/**
 * The checks of the page's mesh panel as a command: `node dist/checks-cli.js`, with the dashboard's own environment.
 * Prints one line for each, exits 1 when one is bad. `helm test` asks from outside instead: `check-mesh.ts`.
 */
const { COUNTING_SERVICE_URL, COUNTING_BYPASS_URL, PEER_INBOUND, MESH_CONTROL_URL, MESH_CONTROL_TOKEN } = loadConfig(
  dashboardVariables,
  process.env,
)
const marks = { good: 'ok     ', bad: 'BAD    ', unknown: 'unknown' }
const results = await runChecks({
  upstreamUrl: COUNTING_SERVICE_URL,
  bypassUrl: COUNTING_BYPASS_URL,
  peerInbound: PEER_INBOUND,
  ...(MESH_CONTROL_URL !== undefined && {
    readMeshStatus: () => readMeshStatus({ url: MESH_CONTROL_URL, token: MESH_CONTROL_TOKEN }),
  }),
})
for (const { verdict, question, found, command } of results) {
  process.stdout.write(`${marks[verdict]} ${question}\n        ${found}\n        ${command}\n`)
}
process.exitCode = results.some(({ verdict }) => verdict === 'bad') ? 1 : 0
