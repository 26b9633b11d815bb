export interface Progress {
  /** Shows a line; a step that ends in `…` is in progress until the next line. */
  line: (text: string) => void
  /** Ends the line of a step that is in progress. */
  done: () => void
}

/**
 * Progress on a stream: a terminal shows the elapsed seconds of a step in progress; elsewhere each step is one line.
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
