/** A chain of ours: what else is in the pod's tables, such as a transparent proxy's rules, stays untouched. */
const chain = 'THROUGHLINE'

/**
 * Arguments for iptables, one run each: from outside the pod, new TCP connections to these ports only; others get a
 * reset. What counts is the port that the caller meant, before any transparent proxy has redirected it: a Kubernetes
 * NetworkPolicy acts outside the pod, so it never sees the redirected one.
 */
export function admitRules(ports: readonly number[]): string[][] {
  const rule = (...match: string[]): string[] => ['-w', '-A', chain, '-i', 'eth0', '-p', 'tcp', ...match]
  return [
    ['-w', '-N', chain],
    ...ports.map((port) => rule('-m', 'conntrack', '--ctorigdstport', String(port), '-j', 'RETURN')),
    rule('--syn', '-j', 'REJECT', '--reject-with', 'tcp-reset'),
    ['-w', '-I', 'INPUT', '-j', chain],
  ]
}

/** Takes `admitRules` back. */
export const admitAllRules: string[][] = [
  ['-w', '-D', 'INPUT', '-j', chain],
  ['-w', '-F', chain],
  ['-w', '-X', chain],
]
