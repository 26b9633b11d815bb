import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readObjects } from '@throughline/lab-kube-api'
import { trackedFiles } from './tracked-files.mjs'

interface Job {
  uses?: string
  permissions?: Record<string, string>
  steps?: { uses?: string; run?: string; with?: Record<string, unknown> }[]
}

interface Workflow {
  permissions?: Record<string, string>
  jobs: Record<string, Job>
}

/** What publishing takes: images and charts, npm's trust, and attestations. */
const PUBLISHES = { contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' }
const root = path.dirname(import.meta.dirname)
const files = trackedFiles('.github/workflows/*.yml')
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8')
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

it('there are workflows', () => {
  expect(files.map((file) => path.basename(file)).toSorted()).toEqual([
    'ci.yml',
    'cluster.yml',
    'nightly.yml',
    'release.yml',
  ])
})

describe.each(files)('%s', (file) => {
  const [workflow] = readObjects(read(file)) as unknown as [Workflow]
  const jobs = Object.values(workflow.jobs)
  const steps = jobs.flatMap((job) => job.steps ?? [])

  it('pins each action by its commit, and says which release that is', () => {
    const uses = [...read(file).matchAll(/^\s+-? *uses: (.*)$/gm)].map(([, action = '']) => action)
    const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$|^\.\/\.github\/workflows\/\w+\.yml$/
    expect(uses.filter((action) => !pinned.test(action))).toEqual([])
  })

  it('may read the repository, and only the release may publish', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    const more = Object.entries(workflow.jobs).flatMap(([job, { permissions }]) =>
      permissions ? [[job, permissions]] : [],
    )
    expect(more).toEqual(path.basename(file) === 'release.yml' ? [['release', PUBLISHES]] : [])
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([])
  })

  it('runs npm scripts of this repository and nothing else', () => {
    const commands = steps.flatMap(({ run }) => run?.trim() ?? [])
    const named = commands.map((command) => /^(?:sudo .* )?npm (?:run )?([\w:]+)(?: |$)/.exec(command)?.[1] ?? command)
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })

  it('puts no text of an event into a shell', () => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([])
  })
})

describe('the workflow of a release', () => {
  const [{ on, jobs }] = readObjects(read('.github/workflows/release.yml')) as unknown as [
    { on: { push: object } } & Workflow,
  ]
  const commands = (job: string): string[] => jobs[job]?.steps?.flatMap(({ run }) => run ?? []) ?? []

  it('publishes a pushed tag, and by hand runs the same command as a dry run', () => {
    expect(on.push).toEqual({ tags: ['v*'] })
    expect(jobs['release']).toMatchObject({ if: "github.event_name == 'push'", environment: 'release' })
    expect(commands('release')).toEqual(['npm run setup:registry', 'npm run release'])
    expect(commands('dry-run')).toEqual(['npm run setup:registry', 'npm run release -- --dry-run'])
  })

  it('is the only one that attests, and what it attests is what the command has written', () => {
    const attests = files.filter((file) => read(file).includes('attest'))
    expect(attests).toEqual(['.github/workflows/release.yml'])
    const attestation = jobs['release']?.steps?.find(({ uses }) => uses?.startsWith('actions/attest'))
    expect(attestation?.with).toEqual({ 'subject-checksums': '.throughline/release/SHA256SUMS' })
  })
})
