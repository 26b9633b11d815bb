import { describe, expect, it } from 'vitest'
import { bringUp } from './bring-up.ts'
import { type ChosenCluster, chooseCluster } from './choose-cluster.ts'
import { clusterSteps } from './cluster-steps.ts'
import { formatCommand } from './command.ts'
import { type ClusterMesh, clusterMeshes } from './mesh-steps.ts'
import { fakePrograms, recordingPrograms, stepsAmong } from './recording-programs.test-support.ts'
import { takeDown } from './take-down.ts'

const work = { context: 'work', kind: 'other', name: 'work', create: false } as const

type Fakes = ReturnType<typeof fakePrograms>

async function up({ programs }: Fakes, mesh: ClusterMesh): Promise<string[]> {
  const lines: string[] = []
  await bringUp(work, { mesh, images: false }, { env: {}, log: (line) => lines.push(line), programs })
  return lines
}

async function down({ programs }: Fakes, cluster: ChosenCluster = work): Promise<string[]> {
  const done = await takeDown(cluster, { env: {}, log: () => {}, programs })
  return done.map(({ command }) => command)
}

describe.each(clusterMeshes)('a cluster with mesh %s', (mesh) => {
  it('is made by kind, filled in the order of the list, and removed as a whole', async () => {
    await using recording = await recordingPrograms(['docker', 'kind', 'kubectl', 'helm'])
    const { env } = recording
    await bringUp(await chooseCluster(undefined, env), { mesh }, { env, log: () => {} })
    const steps = clusterSteps({ mesh, cluster: { kind: 'kind', name: 'throughline' }, createCluster: true })
    expect(stepsAmong(await recording.commands())).toEqual(steps.map((step) => formatCommand(step, 'kind-throughline')))
    const removed = await takeDown(await chooseCluster(undefined, env), { env, log: () => {} })
    expect(removed.map(({ command }) => command)).toEqual(['kind delete cluster --name throughline'])
    expect((await recording.state()).contexts).toEqual({})
  }, 60_000)

  it('is left as it was found, after one run or two', async () => {
    for (const runs of [1, 2]) {
      const fakes = fakePrograms()
      const before = structuredClone(fakes.state)
      for (let run = 0; run < runs; run += 1) await up(fakes, mesh)
      expect(fakes.state).not.toEqual(before)
      await down(fakes)
      expect(fakes.state).toEqual(before)
      expect(await down(fakes)).toEqual([])
    }
  })

  it('keeps every namespace that was there before', async () => {
    const made = ['throughline', 'istio-system', 'consul']
    for (const there of made.map((_, i) => [...made.slice(0, i), ...made.slice(i + 1)])) {
      const fakes = fakePrograms({ namespaces: ['default', ...there] })
      const before = structuredClone(fakes.state)
      await up(fakes, mesh)
      await down(fakes)
      expect(fakes.state).toEqual(before)
    }
  })

  it('is left as it was found also when a step failed, whichever', async () => {
    const steps = clusterSteps({ mesh, images: false, cluster: work })
    for (const step of steps.slice(1)) {
      const fakes = fakePrograms({ fails: step.args.join(' ') })
      const before = structuredClone(fakes.state)
      await expect(up(fakes, mesh)).rejects.toMatchObject({
        code: 'TL_PROGRAM_FAILED',
        message: `${formatCommand(step, 'work')}\nfailed:\nError: as the test wants it`,
      })
      await down(fakes)
      expect(fakes.state).toEqual(before)
    }
  })

  it('is never asked or changed without its context', async () => {
    const fakes = fakePrograms()
    await up(fakes, mesh)
    await down(fakes)
    const without = fakes.commands.filter((line) => !/^(kubectl --context|helm --kube-context) work /.test(line))
    expect(without).toEqual(mesh === 'none' ? [] : [`helm dependency update charts/${mesh}`])
  })

  it('is not changed by a dry run', async () => {
    const fakes = fakePrograms()
    await up(fakes, mesh)
    const before = structuredClone(fakes.state)
    const { programs } = fakes
    const planned = await takeDown(work, { env: {}, log: () => {}, programs, dryRun: true })
    expect(fakes.state).toEqual(before)
    expect(await down(fakes)).toEqual(planned.map(({ command }) => command))
  })
})

describe('what someone else installed', () => {
  it.each([
    ['istio', { deployments: ['app=istiod'], namespaces: ['istio-system'] }],
    ['consul', { deployments: ['app=consul,component=connect-injector'], namespaces: ['consul'] }],
    [
      'istio',
      {
        releases: ['istio-system/istio-base', 'istio-system/istiod'],
        namespaces: ['istio-system'],
        deployments: ['app=istiod'],
      },
    ],
  ] satisfies [ClusterMesh, Partial<Fakes['state']>][])('%s is used and stays', async (mesh, there) => {
    const fakes = fakePrograms(structuredClone(there))
    const before = structuredClone(fakes.state)
    const lines = await up(fakes, mesh)
    expect(lines.filter((line) => line.endsWith('there already, left as it is')).length).toBeGreaterThan(1)
    expect(
      stepsAmong(fakes.commands).filter((line) => /istio-system|namespace consul|proxydefaults/.test(line)),
    ).toEqual([])
    await down(fakes)
    expect(fakes.state).toEqual(before)
  })

  it.each(clusterMeshes)('in place of the application with mesh %s is refused by name, and stays', async (mesh) => {
    const name = mesh === 'none' ? 'dashboard' : 'throughline'
    const fakes = fakePrograms({ namespaces: ['throughline'], releases: [`throughline/${name}`] })
    await expect(up(fakes, mesh)).rejects.toThrow(`There is a release ${name} in namespace throughline`)
    await down(fakes)
    expect(fakes.state.releases).toEqual([`throughline/${name}`])
  })

  it('as a kind cluster of our name is used and stays', async () => {
    const fakes = fakePrograms()
    const own = { context: 'kind-throughline', kind: 'kind', name: 'throughline', create: false } as const
    await bringUp(own, { mesh: 'none' }, { env: {}, log: () => {}, programs: fakes.programs })
    await down(fakes, own)
    expect(fakes.commands.filter((line) => /^kind (create|delete)/.test(line))).toEqual([])
  })
})
