import type { IstioMesh } from '@throughline/lab-meshes'
import { onHost, readCommand, type SecondCounting, startCommand } from '../../support/second-counting.ts'
import { startAll } from '../../support/start-all.ts'
import type { MeshLab } from '../../support/start-lab.ts'

/** Another pod of counting's Service, for a lab in network namespaces. */
export function startSecondCounting(lab: MeshLab): Promise<SecondCounting> {
  return startAll(async (keep) => {
    const pod = await (lab.mesh as IstioMesh).addCounting()
    keep({ [Symbol.asyncDispose]: pod.remove })
    const app = readCommand(lab, 'counting')
    const [HOST = ''] = pod.app.split(':')
    keep(startCommand(onHost(pod.name, pod.placeApp({ ...app, env: { ...app.env, HOST } }))))
    await pod.announce()
    let present = true
    const leave = async (): Promise<void> => {
      if (present) pod.withdraw()
      present = false
    }
    keep({ [Symbol.asyncDispose]: leave })
    return { hostname: pod.name, leave }
  })
}
