// @ts-check
import { execFileSync } from 'node:child_process'

/**
 * Runs oras, which copies images and what is attached to them; with the credentials of `docker login`.
 * @param {string[]} args
 * @param {string} [cwd]
 * @returns {Promise<string>} what it prints
 */
export async function runOras(args, cwd) {
  const { findGoTool, goTools } = await import('@throughline/lab-programs')
  const { programs } = await findGoTool(goTools.registry)
  const progress = args[0] === 'cp' || args[0] === 'attach' ? ['--no-tty'] : []
  return execFileSync(programs['oras'] ?? '', [...args, ...progress], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
