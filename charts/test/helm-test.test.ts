import { execFile } from 'node:child_process'
import path from 'node:path'
import { type Container, findObject } from '@throughline/lab-kube-api'
import { createLab } from '@throughline/lab-stack'
import { type Lab } from '@throughline/lab-meshes'
import { describe, expect, it, type TestContext } from 'vitest'
import { CHARTS, giveUp, requireHelm } from './support/helm.ts'

/** The working directory of the image. */
const workdir = path.join(CHARTS, '../services/dashboard/dist')

interface Scene {
  lab: Lab
  allowed: boolean
  /** Address at which counting's app is tried. */
  bypass?: string
}

/** Runs the program of the test's pod, with the pod's environment except for this machine's addresses. */
async function runTestPod(context: TestContext, chart: string, { lab, allowed, bypass = '127.0.0.2' }: Scene) {
  const helm = await requireHelm(context)
  const pod = findObject(await helm.objects(chart, { values: { dashboard: { allowed } } }), 'Pod', 'throughline-test')
  const [container] = (pod.spec as { containers: [Container] }).containers
  const [, script = ''] = container.command ?? []
  const env = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value ?? '']))
  // The lab's counting listens on 127.0.0.1: from another address it is as far as a pod's loopback is in a cluster.
  const here = {
    // A failure here is permanent, so waiting longer would prove nothing.
    DEADLINE_MS: bypass === '127.0.0.2' ? '15000' : '4000',
    DASHBOARD_URL: lab.dashboardUrl,
    TRACE_QUERY_URL: lab.queryUrl,
    BYPASS_URL: `http://${bypass}:${new URL(lab.countingUrl ?? 'http://x:1').port}/`,
  }
  return new Promise<{ exitCode: number; output: string }>((resolve) => {
    execFile(
      process.execPath,
      [path.join(workdir, script)],
      { cwd: workdir, env: { ...env, ...here } },
      (error, stdout, stderr) => resolve({ exitCode: Number(error?.code ?? 0), output: stdout + stderr }),
    )
  })
}

describe.each(['consul', 'istio'])('helm test of charts/%s, as a process against real sidecars', (chart) => {
  it('proves the call, its whole trace, the closed bypass and the denial, and finds a bypass', async (context) => {
    await using lab = await createLab().catch((error: unknown) => giveUp(context, error))
    const allowed = await runTestPod(context, chart, { lab, allowed: true })
    expect(allowed.output).toMatch(/^ok .*connected, count \d+\nok .*whole, 5 spans\nok .*is refused/)
    expect(allowed.exitCode).toBe(0)

    await lab.mesh?.deny()
    const denied = await runTestPod(context, chart, { lab, allowed: false })
    expect(denied.output).toMatch(/^ok .*denied.*RBAC: access denied\nok .*whole, 4 spans\nok .*is refused/)
    expect(denied.exitCode).toBe(0)

    const open = await runTestPod(context, chart, { lab, allowed: false, bypass: '127.0.0.1' })
    expect(open.output).toMatch(
      /\nWRONG .* answered 200 to a caller outside the mesh\n {6}Counting can be called without going through its sidecar/,
    )
    expect(open.exitCode).toBe(1)
  }, 60_000)
})
