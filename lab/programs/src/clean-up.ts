export interface CleanUp {
  /** What to do at the end; the last one added is done first. */
  add: (undo: () => Promise<void>) => void
  /** Does everything added and not yet done, also when some of it fails; the first failure is thrown. */
  run: () => Promise<void>
}

/** Collects what must be undone while a system is put together. */
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
