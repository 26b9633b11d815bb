/** Whether there is a process of this id, which may have ended if its parent has not asked yet. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
