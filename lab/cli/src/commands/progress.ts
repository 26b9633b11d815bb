export interface Progress {
  /** Shows a line; one that ends in `…` goes on until the next. */
  line: (text: string) => void
  /** Leaves the terminal as it should be. */
  done: () => void
}

/**
 * Progress on a stream: on a terminal a step that is still going on shows its seconds, elsewhere each step is one line.
 */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  let timer: NodeJS.Timeout | undefined
  const done = (): void => {
    if (timer === undefined) return
    clearInterval(timer)
    timer = undefined
    stream.write('\n')
  }
  return {
    done,
    line(text) {
      done()
      if (!stream.isTTY || !text.endsWith('…')) {
        stream.write(`${text}\n`)
        return
      }
      const start = performance.now()
      stream.write(text)
      timer = setInterval(() => {
        stream.write(`\r${text} ${Math.round((performance.now() - start) / 1000)} s`)
      }, 1000)
      timer.unref()
    },
  }
}
