import { cluster } from './cluster.ts'
import { demo } from './demo.ts'
import { dev } from './dev.ts'
import { setup } from './setup.ts'
import { describeLacking, LabError } from '@throughline/lab-programs'

const commands: Record<string, (args: string[]) => Promise<void>> = { cluster, demo, dev, setup }

const USAGE = `throughline <command> [flags]

  demo     both services behind real Envoy sidecars, and a page that shows what happens (demo --help)
  dev      the sidecars alone, for services that are reloaded while you work on them
  setup    builds a program that has no package: consul, istio, jaeger or kubernetes
  cluster  the mesh and the application in a Kubernetes cluster (cluster --help)
`

/** Runs `throughline <command> [flags]` and returns its exit code: 0 done, 1 failed, 2 for an invalid command line. */
export async function runCommand([name = '', ...args]: string[]): Promise<number> {
  if (name === '--help' || name === '-h') {
    console.log(USAGE)
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    console.error(name === '' ? USAGE : `There is no command "${name}".\n\n${USAGE}`)
    return 2
  }
  try {
    await command(args)
    return 0
  } catch (thrown) {
    const error = thrown instanceof LabError ? thrown : (describeLacking(thrown) ?? thrown)
    // Our errors are complete without a stack; any other error is a defect and needs one.
    console.error(error instanceof LabError ? `${error.code}: ${error.message}` : error)
    return error instanceof LabError && error.code === 'TL_USAGE' ? 2 : 1
  }
}
