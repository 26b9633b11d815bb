import { findOnPath, isAtLeast, LabError, runTool } from '@throughline/lab-programs'
import type { ProgramName } from './command.ts'

/** Where the user gets each program. */
const sources: Record<ProgramName, string> = {
  docker: 'https://docs.docker.com/get-started/get-docker/',
  kind: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
  minikube: 'https://minikube.sigs.k8s.io/docs/start/',
  kubectl: 'https://kubernetes.io/docs/tasks/tools/',
  helm: 'https://helm.sh/docs/intro/install/',
}

/** The oldest Helm that the charts are tested with. */
const OLDEST_HELM = '3.14.0'

/** Milliseconds for a question to a program. */
const PATIENCE = 20_000

/** Whether a container engine answers. */
async function hasEngine(env: NodeJS.ProcessEnv): Promise<boolean> {
  const docker = await findOnPath('docker', env)
  if (docker === undefined) return false
  return runTool([docker, 'info'], { env, timeoutMs: PATIENCE }).then(
    () => true,
    () => false,
  )
}

/**
 * Makes sure that every program is there and usable.
 *
 * @throws LabError TL_BINARY_MISSING, one message with a line for each thing that is missing
 */
export async function requirePrograms(names: Iterable<ProgramName>, env: NodeJS.ProcessEnv): Promise<void> {
  const problems: string[] = []
  for (const name of new Set(names)) {
    const problem = await problemOf(name, env)
    if (problem !== undefined) problems.push(`  - ${problem}`)
  }
  if (problems.length === 0) return
  throw new LabError('TL_BINARY_MISSING', ['This machine lacks what the steps need:', ...problems].join('\n'))
}

/** What is wrong with a program on PATH, without a full stop; undefined when it can be used. */
export async function problemOf(name: ProgramName, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file = await findOnPath(name, env)
  if (file === undefined) return `${name} is not on PATH: ${sources[name]}`
  if (name === 'docker' && !(await hasEngine(env))) return 'docker is there, but no engine answers it: start Docker'
  if (name === 'helm') {
    const printed = await runTool([file, 'version', '--short'], { env, timeoutMs: PATIENCE }).catch(() => '')
    const found = /v(\d+\.\d+\.\d+)/.exec(printed)?.[1]
    if (found === undefined) return `helm does not run: ${sources.helm}`
    if (!isAtLeast(found, OLDEST_HELM))
      return `helm is ${found}, and the charts need ${OLDEST_HELM} or later: ${sources.helm}`
  }
  return undefined
}
