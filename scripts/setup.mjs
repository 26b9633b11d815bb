// @ts-check
/**
 * Builds a foreign program with the Go of this machine.
 * @param {string[]} args its name
 */
export async function setup(args) {
  const { runCommand } = await import('../lab/cli/dist/index.js')
  return runCommand(['setup', ...args])
}
