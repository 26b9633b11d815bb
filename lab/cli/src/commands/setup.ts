import { buildGoTool, goTools, LabError } from '@throughline/lab-programs'
import { createProgress } from './progress.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * `throughline setup <tool>`: builds one of `goTools` into the cache; returns at once when it is already there. Ctrl-C
 * cancels it.
 */
export async function setup(args: string[]): Promise<void> {
  const names = Object.keys(goTools)
  const [name = '', ...more] = args
  const tool = Object.values(goTools).find((candidate) => candidate.name === name)
  if (tool === undefined || more.length > 0) {
    throw new LabError('TL_USAGE', `setup takes one of ${names.join(', ')}, not "${args.join(' ')}"`)
  }
  const progress = createProgress(process.stderr)
  const controller = new AbortController()
  const cancel = (): void => controller.abort(new LabError('TL_BUILD_FAILED', `${name} was not built: interrupted`))
  for (const signal of signals) process.once(signal, cancel)
  try {
    await buildGoTool(tool, { log: progress.line, signal: controller.signal })
  } finally {
    for (const signal of signals) process.off(signal, cancel)
    progress.done()
  }
}
