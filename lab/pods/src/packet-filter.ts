/** A chain of our own: other rules in the same tables, such as a transparent proxy's or Docker's, stay untouched. */
const CHAIN = 'THROUGHLINE'

/**
 * Arguments for iptables, one run each: from outside the pod, only new TCP connections to these ports are accepted; all
 * others are reset. It matches the port that the caller used, before a transparent proxy redirects it: a Kubernetes
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

const raw = (...args: string[]): string[] => ['-w', '-t', 'raw', ...args]

/**
 * Arguments for iptables on this machine, one run each: what comes from elsewhere than the network's own interface and this
 * machine itself doesn't reach the network's addresses, neither those of the pods nor this machine's own. The raw table comes
 * first, so that no rule of another program admits it.
 *
 * @param chain a name for the rules, which `reaper.sh` removes by it
 */
export function guardRules({ chain: name, link, subnet }: { chain: string; link: string; subnet: string }): string[][] {
  return [
    raw('-N', name),
    raw('-A', name, '!', '-d', subnet, '-j', 'RETURN'),
    raw('-A', name, '-i', 'lo', '-j', 'RETURN'),
    raw('-A', name, '!', '-i', link, '-j', 'DROP'),
    raw('-I', 'PREROUTING', '-j', name),
  ]
}

/** Removes `guardRules`. */
export function unguardRules(name: string): string[][] {
  return [raw('-D', 'PREROUTING', '-j', name), raw('-F', name), raw('-X', name)]
}
