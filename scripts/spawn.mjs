// @ts-check
import { spawn } from 'node:child_process'
import { ROOT } from './root.mjs'

/**
 * @typedef {object} SpawnOptions
 * @property {NodeJS.ProcessEnv} [env] default our own
 * @property {boolean} [quiet] shows what the program prints only when it fails; default false
 * @property {boolean} [watched] whether a full disk rejects with its line instead of ending as what the program makes of
 * it, such as a stack trace; default false
 */

const FULL = /^.*(?:\b(?:ENOSPC|EDQUOT)\b|no space (?:is )?left|disk quota exceeded).*$/im

/**
 * Runs a program to its end with our terminal, and gives its exit code (128 + number when a signal ended it).
 * Ctrl-C reaches the program from the terminal itself, so here it is only waited for; without a terminal an INT is passed
 * on, as a TERM and a HUP always are.
 * @param {string} program
 * @param {string[]} args
 * @param {SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function runProgram(program, args, { env = process.env, quiet = false, watched = false } = {}) {
  return new Promise((resolve, reject) => {
    /** @type {import('node:child_process').StdioOptions} */
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : ['inherit', 'inherit', watched ? 'pipe' : 'inherit']
    const child = spawn(program, args, { cwd: ROOT, stdio, env })
    /** @type {Buffer[]} */
    const printed = []
    let full = ''
    if (quiet) for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => printed.push(chunk))
    else {
      child.stderr?.on('data', (chunk) => {
        full ||= FULL.exec(String(chunk))?.[0] ?? ''
        if (full === '') process.stderr.write(chunk)
      })
    }
    const terminate = () => child.kill('SIGTERM')
    const interrupt = () => process.stdin.isTTY || child.kill('SIGINT')
    process.on('SIGTERM', terminate).on('SIGHUP', terminate).on('SIGINT', interrupt)
    const done = () => process.off('SIGTERM', terminate).off('SIGHUP', terminate).off('SIGINT', interrupt)
    child.once('error', (error) => {
      done()
      reject(error)
    })
    child.once('close', (code, signal) => {
      done()
      if (code !== 0) process.stderr.write(Buffer.concat(printed))
      if (code !== 0 && full !== '') return reject(Object.assign(new Error(full), { code: 'ENOSPC' }))
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143))
    })
  })
}

/**
 * A tool from node_modules, run by this Node.
 * @param {string} bin path below node_modules
 * @param {string[]} args
 * @param {SpawnOptions} [options]
 */
export function runTool(bin, args, options) {
  return runProgram(process.execPath, [`${ROOT}/node_modules/${bin}`, ...args], options)
}

/**
 * @param {string[]} args
 * @param {SpawnOptions} [options]
 */
export function runTurbo(args, { env = process.env, ...options } = {}) {
  return runTool('turbo/bin/turbo', args, {
    ...options,
    env: { ...env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' },
  })
}
