// @ts-check
import { execFileSync } from 'node:child_process'

/** Whether a container engine answers `docker`. */
export function hasEngine() {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 })
    return true
  } catch {
    return false
  }
}
