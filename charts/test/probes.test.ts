import { execFile, spawn } from 'node:child_process'
import path from 'node:path'
import { takeFreePort } from '@throughline/lab-programs'
import { describe, expect, it } from 'vitest'
import { CHARTS, requireHelm } from './support/helm.ts'
import { environmentOf, podOf } from './support/kubernetes-object.ts'

const built = (file: string) => path.join(CHARTS, '..', file)

/** Runs a probe as the kubelet does in the container, whose folder holds the health script. */
function probe([, script = '', ...args]: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const file = built(`packages/service-kit/dist/${script}`)
    execFile(process.execPath, [file, ...args], { env }, (error) => resolve(Number(error?.code ?? 0)))
  })
}

describe.each(['consul', 'istio'])('probes of charts/%s', (chart) => {
  it('fail before counting is up, and pass when it serves with the environment of its pod', async (context) => {
    const helm = await requireHelm(context)
    const pod = podOf(await helm.objects(chart), 'counting')
    const env = { ...environmentOf(pod), PORT: String(await takeFreePort()), OTEL_TRACES_EXPORTER: 'none' }
    const { startupProbe, readinessProbe } = pod.spec.containers[0] as unknown as Record<
      string,
      { exec: { command: string[] } }
    >
    const commands = [startupProbe, readinessProbe].map((one) => one?.exec.command ?? [])
    expect(await Promise.all(commands.map((command) => probe(command, env)))).toEqual([1, 1])

    const counting = spawn(process.execPath, [built('services/counting/dist/main.js')], { env, stdio: 'ignore' })
    try {
      await expect.poll(() => probe(commands[1] ?? [], env), { timeout: 15_000 }).toBe(0)
      expect(await probe(commands[0] ?? [], env)).toBe(0)
    } finally {
      counting.kill('SIGKILL')
    }
  })
})
