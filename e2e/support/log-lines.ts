import fs from 'node:fs'
import path from 'node:path'
import type { MeshLab } from './start-lab.ts'

/** The output of a program of the lab so far. */
export function logLines(lab: MeshLab, program: string): string[] {
  return fs.readFileSync(path.join(lab.runDir, `${program}.log`), 'utf8').split('\n')
}
