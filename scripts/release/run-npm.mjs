// @ts-check
import { execFileSync } from 'node:child_process'

/**
 * @param {string[]} args
 * @param {string} cwd
 * @returns {string} what it prints
 */
export function runNpm(args, cwd) {
  return execFileSync('npm', [...args, '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
