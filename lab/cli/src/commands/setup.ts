import { buildGoTool, type BuildGoToolOptions, goTools, LabError, setupKubernetes } from '@throughline/lab-programs'
import { createProgress } from './progress.ts'
import { stopSignals } from './stop-signals.ts'

/** What can be set up, by name. */
const builders: Record<string, (options: BuildGoToolOptions) => Promise<unknown>> = {
  consul: (options) => buildGoTool(goTools.consul, options),
  istio: (options) => buildGoTool(goTools.istio, options),
  jaeger: (options) => buildGoTool(goTools.jaeger, options),
  registry: (options) => buildGoTool(goTools.registry, options),
  kubernetes: setupKubernetes,
}

/** `throughline setup <name>`: builds programs into the cache; returns at once when they are already there. Ctrl-C cancels it. */
export async function setup(args: string[]): Promise<void> {
  const [name = '', ...more] = args
  const build = Object.hasOwn(builders, name) ? builders[name] : undefined
  if (build === undefined || more.length > 0) {
    throw new LabError('TL_USAGE', `setup takes one of ${Object.keys(builders).join(', ')}, not "${args.join(' ')}"`)
  }
  const progress = createProgress(process.stderr)
  const controller = new AbortController()
  const cancel = (): void => controller.abort(new LabError('TL_BUILD_FAILED', `${name} was not built: interrupted`))
  for (const signal of stopSignals) process.once(signal, cancel)
  try {
    await build({ log: progress.line, signal: controller.signal })
  } finally {
    for (const signal of stopSignals) process.off(signal, cancel)
    progress.done()
  }
}
