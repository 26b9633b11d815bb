import { LabError } from '@throughline/lab-programs'
import type { ClusterClient, Programs } from './cluster-client.ts'

/**
 * Makes sure that images which are built here run on the nodes; where nodes may not be listed, the pods find out.
 *
 * @throws LabError TL_USAGE with the variable that Docker builds for another architecture by
 */
export async function requireArchitecture(
  { kubectl }: ClusterClient,
  { run }: Pick<Programs, 'run'>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const format = ['get', 'nodes', '--output', 'jsonpath={.items[*].status.nodeInfo.architecture}']
  const printed = await kubectl(...format).catch(() => '')
  const nodes = [...new Set(printed.split(' ').filter(Boolean))]
  const engine = { program: 'docker', args: ['version', '--format', '{{.Server.Arch}}'] } as const
  const built = env['DOCKER_DEFAULT_PLATFORM']?.split('/')[1] ?? (await run(engine, undefined)).trim()
  if (nodes.length === 0 || nodes.includes(built)) return
  throw new LabError(
    'TL_USAGE',
    `The nodes are ${nodes.join(', ')}, and images are built for ${built} here. Build for theirs: ` +
      `DOCKER_DEFAULT_PLATFORM=linux/${nodes[0]} npm run cluster -- …, or push such images and add --no-images`,
  )
}
