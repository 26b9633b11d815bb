import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { chooseCluster } from './choose-cluster.ts'
import { recordingPrograms } from './recording-programs.test-support.ts'

const LOCAL = 'https://127.0.0.1:6443'
const REMOTE = 'https://203.0.113.7'

describe('the cluster of the current context', () => {
  it.each([
    ['kind-mine', LOCAL, false, { kind: 'kind', name: 'mine' }],
    ['kind-mine', 'https://[::1]:6443', false, { kind: 'kind', name: 'mine' }],
    ['docker-desktop', 'https://kubernetes.docker.internal:6443', false, { kind: 'docker-desktop' }],
    ['docker-desktop', LOCAL, false, { kind: 'docker-desktop' }],
    ['minikube', 'https://192.168.49.2:8443', true, { kind: 'minikube', name: 'minikube' }],
    ['a-profile', LOCAL, true, { kind: 'minikube', name: 'a-profile' }],
  ])('%s at %s is used unnamed', async (context, server, minikube, expected) => {
    await using recording = await recordingPrograms(['kubectl'], {
      contexts: { [context]: { server, minikube } },
      current: context,
    })
    expect(await chooseCluster(undefined, recording.env)).toMatchObject({ context, create: false, ...expected })
  })

  it.each([
    ['production', REMOTE],
    ['production', LOCAL],
    ['kind-production', REMOTE],
    ['kind-production', 'https://10.0.0.5:6443'],
    ['kind-production', 'https://127.0.0.1.example.com'],
    ['docker-desktop', REMOTE],
    ['minikube', 'https://minikube.example.com'],
    ['kind-production', ''],
  ])('%s at "%s" is used only by name', async (context, server) => {
    await using recording = await recordingPrograms(['kubectl'], {
      contexts: { [context]: { server } },
      current: context,
    })
    await expect(chooseCluster(undefined, recording.env)).rejects.toMatchObject({
      code: 'TL_USAGE',
      message: expect.stringMatching(
        new RegExp(`${context}, is used only when you name it[^]*--context NAME[^]*kind and Docker`),
      ),
    })
    expect(await chooseCluster(context, recording.env)).toMatchObject({ context, create: false })
  })
})

describe('a kind cluster of its own', () => {
  const programs = ['kubectl', 'kind', 'docker'] as const

  it('is made, whatever the current context is, and used the next time', async () => {
    await using recording = await recordingPrograms(programs, {
      contexts: { production: { server: REMOTE } },
      current: 'production',
    })
    const expected = { context: 'kind-throughline', kind: 'kind', name: 'throughline' }
    expect(await chooseCluster(undefined, recording.env)).toEqual({ ...expected, create: true })
    await using later = await recordingPrograms(programs, { contexts: { 'kind-throughline': { server: LOCAL } } })
    expect(await chooseCluster(undefined, later.env)).toEqual({ ...expected, create: false })
  })

  it('is not made where no engine answers', async () => {
    await using recording = await recordingPrograms(programs, { engine: false })
    await expect(chooseCluster(undefined, recording.env)).rejects.toThrow(
      /no cluster to use[^]*made for you: docker is there, but no engine answers it: start Docker/,
    )
    await using without = await recordingPrograms(['kubectl', 'kind'])
    await expect(chooseCluster(undefined, without.env)).rejects.toThrow(/made for you: docker is not on PATH: https:/)
  })
})

describe("a context that can't be looked up", () => {
  it('is refused with where to get kubectl, when that is not there', async () => {
    await using recording = await recordingPrograms([])
    await expect(chooseCluster('one', recording.env)).rejects.toThrow(
      /^There is no context "one"\. kubectl is not on PATH: https:\/\//,
    )
  })

  it('is refused with what kubectl says of the kubeconfig', async () => {
    await using recording = await recordingPrograms([])
    const says = 'error loading config file "/etc/kube/config": yaml: line 2: did not find'
    const script = `#!/bin/sh\necho 'I1128 a warning' >&2\necho 'error: ${says}' >&2\nexit 1\n`
    await fs.writeFile(path.join(recording.env['PATH'] ?? '', 'kubectl'), script, { mode: 0o755 })
    await expect(chooseCluster('one', recording.env)).rejects.toThrow(
      `There is no context "one". kubectl can't read the kubeconfig: error: ${says}`,
    )
  })
})

it.each(['my ctx', 'arn:aws:eks:eu-west-1:123456789012:cluster/shop', "it's", '-x'])(
  'the context "%s" is used by its name as it is',
  async (context) => {
    await using recording = await recordingPrograms(['kubectl'], { contexts: { [context]: { server: REMOTE } } })
    expect(await chooseCluster(context, recording.env)).toMatchObject({ context, kind: 'other' })
  },
)

it('a context that does not exist is refused with those that do', async () => {
  await using recording = await recordingPrograms(['kubectl'], {
    contexts: { one: { server: LOCAL }, two: { server: REMOTE } },
  })
  await expect(chooseCluster('three', recording.env)).rejects.toThrow(
    'There is no context "three". kubectl knows one, two.',
  )
})
