/** A chain of our own: other rules in the pod's tables, such as a transparent proxy's, stay untouched. */
const CHAIN = 'THROUGHLINE'

/**
 * Arguments for iptables, one run each: from outside the pod, only new TCP connections to these ports are accepted; others
 * get a reset. It matches the port that the caller used, before a transparent proxy redirects it: a Kubernetes
 * NetworkPolicy acts outside the pod and never sees the redirected port.
 */
export function admitRules(ports: readonly number[]): string[][] {
  const rule = (...match: string[]): string[] => ['-w', '-A', CHAIN, '-i', 'eth0', '-p', 'tcp', ...match]
  return [
    ['-w', '-N', CHAIN],
    ...ports.map((port) => rule('-m', 'conntrack', '--ctorigdstport', String(port), '-j', 'RETURN')),
    rule('--syn', '-j', 'REJECT', '--reject-with', 'tcp-reset'),
    ['-w', '-I', 'INPUT', '-j', CHAIN],
  ]
}

/** Removes `admitRules`. */
export const admitAllRules: string[][] = [
  ['-w', '-D', 'INPUT', '-j', CHAIN],
  ['-w', '-F', CHAIN],
  ['-w', '-X', CHAIN],
]
