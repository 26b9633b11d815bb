// @ts-check
import { randomBytes } from 'node:crypto'
import { devEnvironment } from '@throughline/lab-stack'
import { runTurbo } from './spawn.mjs'

/**
 * The demo for developing a service: the compiler watches, each service restarts when its output changes, and the
 * sidecars stay up in front of them.
 */
export function dev() {
  // The services and the control API must agree on a token before either is started.
  const env = { ...process.env, ...devEnvironment(randomBytes(24).toString('hex')) }
  return runTurbo(['run', 'dev', '//#dev:compile', '--ui=stream'], { env })
}
