import { type Bootstrap, writeMeshFile } from '@throughline/lab-meshes'
import { httpRequest, LabError, poll } from '@throughline/lab-programs'

/** Milliseconds for a container to start its Envoy, and for that to get its configuration. */
const START_DEADLINE_MS = 60_000

/** Writes a bootstrap under a mark, by which the Envoy that runs with it is known. Its container then starts another Envoy. */
export async function writeMarked(file: string, content: Bootstrap, mark: string): Promise<void> {
  const { node } = content
  const marked = {
    ...content,
    node: { ...node, metadata: { ...node.metadata, bootstrap: mark } },
  } satisfies Bootstrap
  await writeMeshFile(file, marked)
}

/** @throws LabError TL_MESH_UPDATE_TIMEOUT when no Envoy with that mark answers in time */
export async function untilRunsWith(
  mark: string | undefined,
  { name, adminUrl, deadlineMs = START_DEADLINE_MS }: { name: string; adminUrl: string; deadlineMs?: number },
): Promise<void> {
  const started = await poll(async () => ((await readMark(adminUrl)) === mark ? true : undefined), {
    deadlineMs,
    intervalMs: 100,
  })
  if (started !== undefined) return
  const reason = `${name} did not start with its bootstrap within ${deadlineMs / 1000} s: see its container's log`
  throw new LabError('TL_MESH_UPDATE_TIMEOUT', reason)
}

/** The mark of the bootstrap that an Envoy runs with; undefined without an answer. */
async function readMark(adminUrl: string): Promise<string | undefined> {
  try {
    const { body } = await httpRequest(`${adminUrl}/server_info`)
    return (JSON.parse(body) as { node?: { metadata?: { bootstrap?: string } } }).node?.metadata?.bootstrap
  } catch {
    return undefined
  }
}
