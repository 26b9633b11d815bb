import type { Bypass } from '../mesh.ts'

/**
 * The bypass of a sidecar where everything is on 127.0.0.1.
 *
 * @param counting where its app listens: `host:port`, or `unix:` and a path, which closes the way
 * @param whyOpen one sentence
 */
export function describeLoopbackBypass(counting: string, whyOpen: string): Bypass {
  return counting.startsWith('unix:')
    ? { address: counting, closed: true, reason: 'Counting listens on a unix socket that only its own user can open.' }
    : { address: `http://${counting}`, closed: false, reason: whyOpen }
}
