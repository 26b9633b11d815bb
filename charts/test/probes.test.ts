import { execFile, spawn } from 'node:child_process'
import path from 'node:path'
import { takeFreePort } from '@throughline/lab-programs'
import { describe, expect, it } from 'vitest'
import { CHARTS, requireHelm } from './support/helm.ts'
import { environmentOf, podOf } from './support/kubernetes-object.ts'

const built = (file: string) => path.join(CHARTS, '..', file)

interface Probe {
  exec?: { command: string[] }
  httpGet?: { path: string; port: string }
}

/** Probes as the kubelet does: in the container, whose folder holds the health script, or by a request. */
async function passes({ exec, httpGet }: Probe, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (httpGet) {
    const answer = await fetch(`http://127.0.0.1:${env['PORT']}${httpGet.path}`).catch(() => undefined)
    return answer?.ok === true
  }
  const [, script = '', ...args] = exec?.command ?? []
  return new Promise((resolve) => {
    execFile(process.execPath, [built(`packages/service-kit/dist/${script}`), ...args], { env }, (error) =>
      resolve(error === null),
    )
  })
}

describe.each([
  ['consul', 'exec'],
  ['istio', 'httpGet'],
])('probes of charts/%s', (chart, handler) => {
  it('fail before counting is up, and pass when it runs with the environment of its pod', async (context) => {
    const helm = await requireHelm(context)
    const pod = podOf(await helm.objects(chart), 'counting')
    const env = { ...environmentOf(pod), PORT: String(await takeFreePort()), OTEL_TRACES_EXPORTER: 'none' }
    const { startupProbe, readinessProbe } = pod.spec.containers[0] as unknown as Record<string, Probe>
    const probes = [startupProbe ?? {}, readinessProbe ?? {}]
    for (const probe of probes) expect(probe).toHaveProperty(handler)
    expect(await Promise.all(probes.map((probe) => passes(probe, env)))).toEqual([false, false])

    const counting = spawn(process.execPath, [built('services/counting/dist/main.js')], { env, stdio: 'ignore' })
    try {
      await expect.poll(() => passes(probes[1] ?? {}, env), { timeout: 15_000 }).toBe(true)
      expect(await passes(probes[0] ?? {}, env)).toBe(true)
    } finally {
      counting.kill('SIGKILL')
    }
  })
})
