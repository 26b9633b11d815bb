import type { Destinations } from '../release/destinations.mjs'

/** What each mesh needs before the application's chart. */
const MESHES = {
  consul: {
    before: 'In a cluster that has Consul',
    mesh: [
      'helm upgrade mesh CHARTS/mesh --install --version VERSION --namespace consul',
      'kubectl wait --namespace consul --for=condition=Synced --timeout=60s proxydefaults/global mesh/mesh serviceintentions/default-deny',
    ],
  },
  istio: {
    before:
      'In a cluster that has Istio, with the trace backends of [`istiod.yaml`](../../charts/istio/install/istiod.yaml)',
    mesh: [],
  },
} as const satisfies Record<string, { before: string; mesh: readonly string[] }>

export type GuideMesh = keyof typeof MESHES

/**
 * How a guide begins: with the charts of a release, which need no checkout. Nothing while `release.json` names no registry.
 *
 * @param options.version of the charts
 */
export function installSection(
  mesh: GuideMesh,
  { charts, images, version }: Pick<Destinations, 'charts' | 'images'> & { version: string },
): string {
  if (charts === '' || images === '') return ''
  const { before, mesh: settings } = MESHES[mesh]
  const commands = [
    ...settings,
    `helm upgrade throughline CHARTS/throughline-${mesh} --install --version VERSION --namespace throughline --create-namespace --wait`,
    'helm test throughline --namespace throughline --logs',
  ].map((command) => command.replace('CHARTS', charts).replace('VERSION', version))
  return `## From the registry

${before}, without a checkout; the chart names its images in \`${images}\` by digest:

\`\`\`sh
${commands.join('\n')}
\`\`\`
`
}

/** Puts the section between its markers. */
export function withInstallSection(guide: string, section: string): string {
  return guide.replace(/(<!-- from the registry -->\n)[^]*?(<!-- \/from the registry -->)/, (_all, open, close) =>
    section === '' ? `${open}${close}` : `${open}\n${section}\n${close}`,
  )
}
