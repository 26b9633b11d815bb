import process from 'node:process'
import { loadConfig, variable } from '@throughline/service-kit/config'
import { main } from '@throughline/service-kit/main'
import { checkPath } from 'throughline'
import { readCounting } from './show/read-counting.ts'

/**
 * Run by `helm test` in a pod outside the mesh: `node check-mesh.js`. Prints a line for each passed check, or the first
 * failed one with its fix, and then exits with 1.
 */
await main('check-mesh', async () => {
  const config = loadConfig(
    {
      DASHBOARD_URL: variable.httpUrl(),
      DASHBOARD_HOST: variable.text().optional(),
      TRACE_QUERY_URL: variable.httpUrl().optional(),
      BYPASS_URL: variable.httpUrl().optional(),
      EXPECT: variable.oneOf('allowed', 'denied').default('allowed'),
      SIDECARS: variable.integer(0, 10).default(2),
      DEADLINE_MS: variable.integer(0, 600_000).default(30_000),
    },
    process.env,
  )
  const findings = await checkPath({
    readUpstream: readCounting,
    dashboardUrl: config.DASHBOARD_URL,
    dashboardHost: config.DASHBOARD_HOST,
    traceQueryUrl: config.TRACE_QUERY_URL,
    bypassUrl: config.BYPASS_URL,
    expect: config.EXPECT,
    sidecars: config.SIDECARS,
    deadlineMs: config.DEADLINE_MS,
  })
  for (const { found, fix, finding } of findings) {
    process.stdout.write(fix === undefined ? `ok    ${found}\n` : `WRONG ${found}\n      ${fix}\n`)
    if (finding !== undefined) process.stdout.write(`      ${finding.id}: ${finding.title}; see ${finding.docs}\n`)
  }
  process.exitCode = findings.some(({ fix }) => fix !== undefined) ? 1 : 0
})
