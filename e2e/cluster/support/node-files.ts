import fs from 'node:fs/promises'
import path from 'node:path'

export interface NodeSettings {
  /** Folder of the node's state. */
  run: string
  address: string
  /** Name of the node and of its control group. */
  node: string
  /** Root of the unpacked Debian packages. */
  packages: string
  /** Image that holds a pod's namespaces. */
  pauseImage: string
}

const PODS = '10.244.0.0/24'

/** Folders in which CNI plugins and their configuration are; Istio's plugin adds itself to both. */
export const cniFolders = (run: string): { bin: string; config: string } => ({
  bin: path.join(run, 'cni/bin'),
  config: path.join(run, 'cni/config'),
})

/** Writes the configuration of everything that `node.sh` starts. */
export async function writeNodeFiles(settings: NodeSettings): Promise<void> {
  const { run, packages } = settings
  const cni = cniFolders(run)
  await fs.cp(path.join(packages, 'usr/lib/cni'), cni.bin, { recursive: true })
  await fs.mkdir(cni.config, { recursive: true })
  await fs.writeFile(path.join(cni.config, '10-bridge.conflist'), JSON.stringify(podNetwork(run)))
  const files: Record<string, string> = {
    'containerd.toml': containerd(settings),
    'kubelet.yaml': JSON.stringify(kubelet(settings)),
    'kube-proxy.yaml': JSON.stringify(kubeProxy(settings)),
    'kubeconfig.yaml': JSON.stringify(kubeconfig(settings)),
    Corefile: corefile(settings),
    'resolv.conf': `nameserver ${settings.address}\n`,
  }
  for (const [name, text] of Object.entries(files)) await fs.writeFile(path.join(run, name), text)
}

const podNetwork = (run: string): object => ({
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: path.join(run, 'cni/addresses'),
        ranges: [[{ subnet: PODS, gateway: '10.244.0.1' }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
})

function containerd({ run, packages, pauseImage }: NodeSettings): string {
  const cni = cniFolders(run)
  // A container's root may lack what AppArmor and lower oom scores ask for.
  return `version = 2
root = "${run}/containerd"
state = "${run}/state"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "${run}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cni.bin}"
    conf_dir = "${cni.config}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "${packages}/usr/sbin/runc"
      SystemdCgroup = false
`
}

const kubelet = ({ run, address, node }: NodeSettings): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: path.join(run, 'certs/ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  containerRuntimeEndpoint: `unix://${run}/containerd.sock`,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${node}`,
  failCgroupV1: false,
  failSwapOn: false,
  oomScoreAdj: 0,
  imageGCHighThresholdPercent: 100,
  evictionHard: { 'memory.available': '200Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
  clusterDNS: [address],
  resolvConf: path.join(run, 'resolv.conf'),
  podLogsDir: path.join(run, 'pod-logs'),
  volumePluginDir: path.join(run, 'volume-plugins'),
  clusterDomain: 'cluster.local',
  address,
  maxPods: 100,
})

const kubeProxy = ({ run, address, node }: NodeSettings): object => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'iptables',
  clusterCIDR: PODS,
  hostnameOverride: node,
  bindAddress: address,
  clientConnection: { kubeconfig: path.join(run, 'kube-proxy.kubeconfig') },
  conntrack: { maxPerCore: 0, min: 0 },
  oomScoreAdj: 0,
})

/** `@USER@` stands for the user whose certificate it names. */
const kubeconfig = ({ run, address, node }: NodeSettings): object => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': node,
  clusters: [
    { name: node, cluster: { server: `https://${address}:6443`, 'certificate-authority': `${run}/certs/ca.crt` } },
  ],
  users: [
    {
      name: '@USER@',
      user: { 'client-certificate': `${run}/certs/@USER@.crt`, 'client-key': `${run}/certs/@USER@.key` },
    },
  ],
  contexts: [{ name: node, context: { cluster: node, user: '@USER@' } }],
})

const corefile = ({ run, address }: NodeSettings): string => `.:53 {
  bind ${address}
  errors
  ready ${address}:8181
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${run}/admin.kubeconfig
    pods insecure
    ttl 5
  }
  cache 5
}
`
