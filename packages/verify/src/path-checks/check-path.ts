import { checkClosedBypass } from './check-closed-bypass.ts'
import { checkEdge } from './check-edge.ts'
import { checkTrace } from './check-trace.ts'
import { diagnoseTrace } from './diagnose-trace.ts'
import type { PathCheckOptions, PathFinding } from './path-check.ts'

/**
 * Proves from outside that a call ends as the mesh's rules say, leaves one whole trace, and can't bypass the mesh.
 * Stops at the first fault, because its consequences would only confuse; why a trace is broken, the rules of the catalogue
 * say.
 */
export async function checkPath(options: PathCheckOptions): Promise<PathFinding[]> {
  const edge = await checkEdge(options)
  const findings: PathFinding[] = [edge]
  if (edge.fix !== undefined || edge.call === undefined) return findings
  const trace = await checkTrace(options, edge.call)
  findings.push(trace)
  if (trace.fix !== undefined) return [...findings, ...(await diagnoseTrace(options))]
  return [...findings, await checkClosedBypass(options)]
}
