import { findOnPath } from './executable.ts'
import { runTool, type ToolOptions } from '../run-tool.ts'

export interface ContainerEngine {
  name: string
  /** Copies one file out of an image, which is pulled if needed. */
  copyFromImage: (image: string, files: { from: string; to: string }) => Promise<void>
}

/** The container engines on PATH whose daemon answers. */
export async function findContainerEngines(options: ToolOptions): Promise<ContainerEngine[]> {
  const found: ContainerEngine[] = []
  for (const name of ['docker', 'podman']) {
    const file = await findOnPath(name, options.env)
    if (file === undefined) continue
    // Asks the daemon: clients are often installed where no engine runs.
    const runs = await runTool([file, 'info'], { ...options, timeoutMs: 5000 }).catch(() => undefined)
    if (runs === undefined) continue
    found.push({
      name,
      async copyFromImage(image, { from, to }) {
        const container = (await runTool([file, 'create', image], options)).trim().split('\n').at(-1) ?? ''
        try {
          await runTool([file, 'cp', `${container}:${from}`, to], options)
        } finally {
          // Also when the copy was cancelled.
          await runTool([file, 'rm', '-f', container], { env: options.env }).catch(() => {})
        }
      },
    })
  }
  return found
}
