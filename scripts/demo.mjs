// @ts-check
/**
 * The demo, in this process: killed like any other program, it takes its children with it.
 * @param {string[]} args flags of the demo; `--help` lists them
 */
export async function demo(args) {
  const { runCommand } = await import('../lab/cli/dist/index.js')
  return runCommand(['demo', ...args])
}
