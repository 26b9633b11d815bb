// @ts-check
import { execFileSync, spawnSync } from 'node:child_process'

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

/**
 * Runs npm with `--json`, whose answer is wanted even when it fails.
 * @param {string[]} args
 * @param {string} cwd
 * @returns {{ code: number | null, answer: unknown }} answer: undefined where it printed none
 */
export function askNpm(args, cwd) {
  const { status: code, stdout, error } = spawnSync('npm', [...args, '--loglevel=silent'], { cwd, encoding: 'utf8' })
  if (error) throw error
  return { code, answer: stdout.trim() === '' ? undefined : JSON.parse(stdout) }
}
