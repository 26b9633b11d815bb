export interface CleanUp {
  /** Adds a step to run at the end; the last one added runs first. */
  add: (undo: () => Promise<void>) => void
  /** Runs every added step that has not run yet, even when some fail; throws the first failure. */
  run: () => Promise<void>
}

/** Collects, during a start, the steps that undo it. */
export function createCleanUp(): CleanUp {
  const undos: (() => Promise<void>)[] = []
  const failures: unknown[] = []
  const unwind = async (): Promise<void> => {
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
      await undo().catch((error: unknown) => failures.push(error))
    }
  }
  let running = Promise.resolve()
  return {
    add: (undo) => undos.push(undo),
    async run() {
      running = running.then(unwind)
      await running
      if (failures.length > 0) throw failures.shift()
    },
  }
}
