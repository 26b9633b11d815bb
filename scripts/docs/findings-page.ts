import fs from 'node:fs'
import path from 'node:path'
import { breaks } from '@throughline/lab-stack'
import { catalogue, explain, type Rule } from 'throughline'

/** What `e2e/verify/diagonal.test.ts` has seen: one situation on real programs, and what it led to. */
interface Situation {
  title: string
  finding: string
  notes: string
  underLoad: boolean
}

const data = path.resolve(import.meta.dirname, '../../docs/reference/data/findings-diagonal.json')

const readSituations = (): Situation[] => JSON.parse(fs.readFileSync(data, 'utf8')) as Situation[]

/** `docs/findings/README.md`: every finding, and the table of the diagonal. */
export function findingsIndex(): string {
  const situations = readSituations()
  return `# Findings of throughline verify

Each finding has an id that never changes, a page here, and a test. Those that need no access to a cluster each have at
least one situation on real programs that leads to it; what \`--context\` adds is tested as [below](#in-a-cluster).
\`throughline explain TLV104\` prints the same page.

| id | finding | level |
| --- | --- | --- |
${catalogue.map(({ id, title, level }) => `| [${id}](${id}.md) | ${title} | ${level} |`).join('\n')}

An **error** needs a comparison of two probes that differ in one thing, or two independent sources; with less it is printed
as *suspected*, and [TLV902](TLV902.md) says what would decide. Sources are the stored spans, the answer that came back,
Envoy's admin interface, objects of the mesh and objects of Kubernetes; repeats of one probe are one source. A **warning**
works today and will not always; a **note** is good to know and never fails a run unless \`--level note\` asks for it.

## The diagonal

Each row is a situation made of real Envoys and services with OpenTelemetry's SDK. All findings were looked for in each,
and at warning or above exactly one was found: its own. *Under load*: the same again while another client sent 50 requests
a second to the same path. Without its rule a situation is not recognised. This table is written by
\`e2e/verify/diagonal.test.ts\`.

| situation | found, at warning or above | notes beside it | under load |
| --- | --- | --- | --- |
${situations
  .map(
    ({ title, finding, notes, underLoad }) => `| ${title} | ${finding} | ${notes} | ${underLoad ? 'the same' : ''} |`,
  )
  .join('\n')}

## In a cluster

With \`--context\`, findings name an object and its line. \`npm run test:cluster\` brings about TLV202, TLV301, TLV401, TLV402,
TLV501, TLV506 and TLV602 under Istio on a real one-node cluster, one object at a time, and expects nothing else at warning
or above. \`e2e/consul\` freezes a sidecar of a real Consul and expects TLV505. TLV304, TLV307, TLV502, TLV503 and Consul's
part of the others are tested on facts of the shape that the objects have, without a mesh.
`
}

/** The page of one finding. */
export function findingPage(rule: Rule): string {
  const own = readSituations().filter(({ finding }) => finding === rule.id)
  const seen =
    own.length === 0 ? '' : `\n## Situations that lead to it\n\n${own.map(({ title }) => `- ${title}`).join('\n')}\n`
  const live = breaks
    .filter(({ id }) => id === rule.id)
    .map(({ situation }) => `\n## See it live\n\n\`npm run demo -- --break ${rule.id}\`: ${situation}\n`)
    .join('')
  return `${explain(rule)}${seen}${live}\n[All findings](README.md)\n`
}
