import { pollUntil } from '@throughline/lab-programs'
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

describe('before anything is done', () => {
  it('one sentence says why a cluster can’t be asked, and how to ask it', async () => {
    const refused = 'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?'
    const fakes = fakePrograms({ down: `E1128 memcache.go:265\n${refused}` })
    const expected = `The cluster of context work can't be used: ${refused}\nIs it running, and can this machine reach it? kubectl --context work cluster-info`
    await expect(up(fakes, 'istio')).rejects.toThrow(expected)
    await expect(down(fakes)).rejects.toThrow(expected)
    expect(stepsAmong(fakes.commands)).toEqual([])
  })

  it.each([
    ['list secrets', 'none'],
    ['create customresourcedefinitions', 'istio'],
    ['create clusterroles', 'consul'],
  ] as const)('a user who may not %s is told so with mesh %s', async (right, mesh) => {
    const fakes = fakePrograms({ forbidden: [right] })
    await expect(up(fakes, mesh)).rejects.toThrow(`The user of context work may not ${right}. Name a context`)
    expect(stepsAmong(fakes.commands)).toEqual([])
  })

  it('rights to install a mesh are not asked of a user who installs none', async () => {
    const forbidden = ['create clusterroles', 'create customresourcedefinitions']
    expect(await up(fakePrograms({ forbidden }), 'none')).toContain('The dashboard …')
    expect(await up(fakePrograms({ forbidden, deployments: ['app=istiod'] }), 'istio')).toContain('The application …')
  })

  it('images for another architecture than the nodes’ are not built', async () => {
    await using recording = await recordingPrograms(['docker', 'kubectl', 'helm'], { architectures: 'arm64 arm64' })
    const push = async (env: NodeJS.ProcessEnv) =>
      await bringUp(work, { mesh: 'none', registry: 'r.example.com' }, { env, log: () => {} })
    await expect(push(recording.env)).rejects.toThrow(/nodes are arm64, and images are built for amd64.*=linux\/arm64/)
    expect(stepsAmong(await recording.commands())).toEqual([])
    await push({ ...recording.env, DOCKER_DEFAULT_PLATFORM: 'linux/arm64/v8' })
  })

  it('what another mesh left of this command has to be removed', async () => {
    const fakes = fakePrograms()
    await up(fakes, 'istio')
    const before = structuredClone(fakes.state)
    for (const mesh of ['consul', 'none'] as const) {
      await expect(up(fakes, mesh)).rejects.toThrow(/another --mesh.*npm run cluster -- --down --context work$/)
    }
    expect(fakes.state).toEqual(before)
  })
})

describe('a run that is interrupted', () => {
  it.each(['upgrade istiod', 'create namespace'])(
    'in %s leaves a record by which all of it is removed',
    async (hangs) => {
      await using recording = await recordingPrograms(['kubectl', 'helm'], { hangs })
      const { env } = recording
      const before = { ...(await recording.state()), hangs: undefined }
      const controller = new AbortController()
      const log = (): void => {}
      const running = bringUp(work, { mesh: 'istio', images: false }, { env, log, signal: controller.signal })
      const ended = running.then(
        () => 'done',
        () => 'interrupted',
      )
      const isAtWork = async (): Promise<boolean> => (await recording.commands()).some((line) => line.includes(hangs))
      await pollUntil(isAtWork, { what: hangs })
      controller.abort()
      expect(await ended).toBe('interrupted')
      await recording.change({ hangs: '' })
      await takeDown(work, { env, log })
      expect({ ...(await recording.state()), hangs: undefined }).toEqual(before)
    },
    60_000,
  )

  it.each(['kind create', 'create namespace'])('in %s leaves no cluster that nothing knows', async (fails) => {
    const fakes = fakePrograms({ fails: fails.replace('kind ', '') })
    const own = { context: 'kind-throughline', kind: 'kind', name: 'throughline', create: true } as const
    const run = { env: {}, log: () => {}, programs: fakes.programs }
    await expect(bringUp(own, { mesh: 'none', images: false }, run)).rejects.toThrow('as the test wants it')
    expect(fakes.commands.at(-1)).toBe('kind delete cluster --name throughline')
    expect(fakes.state.clusters).toEqual([])
  })

  it('may be another kind’s, whose cluster is not touched', async () => {
    const fakes = fakePrograms({ clusters: ['throughline'] })
    const own = { context: 'kind-throughline', kind: 'kind', name: 'throughline', create: true } as const
    const run = { env: {}, log: () => {}, programs: fakes.programs }
    await expect(bringUp(own, { mesh: 'none', images: false }, run)).rejects.toThrow(/kind export kubeconfig --name/)
    expect(fakes.state.clusters).toEqual(['throughline'])
  })

  it('is named where Helm finds what it left', async () => {
    const fakes = fakePrograms()
    const { run } = fakes.programs
    fakes.programs.run = async (command, context, input) => {
      if (command.args[0] !== 'upgrade') return await run(command, context, input)
      throw new Error('Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress')
    }
    await expect(up(fakes, 'none')).rejects.toThrow(/in progress\n.*interrupted.*--down --context work, and then/)
  })
})

describe('what someone else installed', () => {
  it('with a revision alone is used by values that name it', async () => {
    const there = { deployments: ['app=istiod canary'], namespaces: ['istio-system'] }
    await expect(up(fakePrograms(structuredClone(there)), 'istio')).rejects.toThrow(
      /mesh\/plane is there, with the revision canary.*--values FILE with global: \{ istio: .*revision: canary/,
    )
    const { programs } = fakePrograms(structuredClone(there))
    await bringUp(work, { mesh: 'istio', images: false, values: 'v.yaml' }, { env: {}, log: () => {}, programs })
  })

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
    expect(lines.filter((line) => / there already, left as it is$|: left out$/.test(line)).length).toBeGreaterThan(1)
    expect(lines).toContainEqual(expect.stringMatching(/^Using mesh\/plane, which this command did not install/))
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
    expect(stepsAmong(fakes.commands)).toEqual([])
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
