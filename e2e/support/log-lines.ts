import fs from 'node:fs'
import path from 'node:path'
import type { MeshLab } from './start-lab.ts'

/** What a program of the lab has printed so far. */
export function logLines(lab: MeshLab, program: string): string[] {
  return fs.readFileSync(path.join(lab.runDir, `${program}.log`), 'utf8').split('\n')
}
