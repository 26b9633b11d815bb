import type { Fix, Rule } from '../findings/finding.ts'

/** Everything about one finding, as Markdown: its page, and the output of `explain`. */
export function explain(rule: Rule): string {
  const lines = [
    `# ${rule.id}: ${rule.title}`,
    '',
    `Level: ${rule.level}.`,
    ...rule.explanation.flatMap((paragraph) => ['', paragraph]),
    '',
    '## Evidence',
    '',
    rule.proof,
    ...(rule.judgesFiles === true ? ['', 'Manifests alone show it, too: `throughline verify --manifests DIR`.'] : []),
    '',
    '## Fix',
    '',
    ...rule.fixes.map((fix) => `- ${label(fix)}${fix.text}`),
  ]
  return `${lines.join('\n')}\n`
}

const NAMES: Record<string, string> = {
  istio: 'Istio',
  consul: 'Consul',
  envoy: 'Envoy',
  nodejs: 'Node.js',
  python: 'Python',
  go: 'Go',
  java: 'Java',
  dotnet: '.NET',
}

function label({ mesh, language }: Fix): string {
  const name = mesh ?? language
  return name === undefined ? '' : `${NAMES[name] ?? name}: `
}
