import path from 'node:path'
import { findOnPath, LabError } from '@throughline/lab-programs'

/** The programs that create and enter network namespaces, by absolute path. */
export interface NamespaceTools {
  ip: string
  setpriv: string
  iptables: string
}

/** The Debian and Ubuntu package of each. */
const packages = { ip: 'iproute2', setpriv: 'util-linux', iptables: 'iptables' } as const satisfies Record<
  keyof NamespaceTools,
  string
>

interface Machine {
  platform: string
  uid: number | undefined
  /** Searched after PATH, which may lack the folders of system programs. */
  folders: string[]
}

const thisMachine = (): Machine => ({
  platform: process.platform,
  uid: process.getuid?.(),
  folders: ['/usr/local/sbin', '/usr/sbin', '/sbin'],
})

/**
 * Checks what network namespaces need: Linux, root, and three programs.
 *
 * @throws LabError TL_USAGE without root or Linux, TL_BINARY_MISSING naming every missing program and its package
 */
export async function requireNamespaceTools(
  env: NodeJS.ProcessEnv = process.env,
  machine: Partial<Machine> = {},
): Promise<NamespaceTools> {
  const { platform, uid, folders } = { ...thisMachine(), ...machine }
  if (platform !== 'linux') throw new LabError('TL_USAGE', 'network namespaces exist on Linux only')
  if (uid !== 0) {
    throw new LabError(
      'TL_USAGE',
      'network namespaces need root: start the same command with sudo, or choose the topology "loopback"',
    )
  }
  const search = { PATH: [env['PATH'] ?? '', ...folders].join(path.delimiter) }
  const [ip, setpriv, iptables] = await Promise.all([
    findOnPath('ip', search),
    findOnPath('setpriv', search),
    findOnPath('iptables', search),
  ])
  if (ip !== undefined && setpriv !== undefined && iptables !== undefined) return { ip, setpriv, iptables }
  const found = { ip, setpriv, iptables }
  const missing = (['ip', 'setpriv', 'iptables'] as const).filter((name) => found[name] === undefined)
  throw new LabError(
    'TL_BINARY_MISSING',
    `network namespaces need ${missing.map((name) => `"${name}"`).join(', ')}, which this machine lacks. ` +
      `On Debian or Ubuntu: apt-get install ${missing.map((name) => packages[name]).join(' ')}`,
  )
}
