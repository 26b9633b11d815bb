import { createHash } from 'node:crypto'
import path from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import type { Rule } from '../findings/finding.ts'
import type { Finding } from '../findings/judge.ts'
import { explain } from './explain.ts'
import { formatObject, formatWhere } from './format-object.ts'
import type { Report } from './report.ts'

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

/**
 * The findings as SARIF 2.1.0, for code scanning and editors: at the file and line of the object with `--manifests`, else
 * at the object or hop by name. A suspected error is a warning.
 */
export function formatSarif(report: Report, { rules }: { rules: readonly Rule[] }): string {
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'throughline',
            semanticVersion: report.version,
            version: report.version,
            rules: rules.map(describeRule),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: report.outcome !== 'unknown',
            toolExecutionNotifications: report.unseen.map((text) => ({
              level: 'note',
              message: { text: `not seen: ${text}` },
            })),
          },
        ],
        results: report.findings.map((finding) => describeFinding(finding, rules)),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function describeRule(rule: Rule) {
  const { id, title, level, proof, explanation, fixes } = rule
  return {
    id,
    name: pascalCase(title),
    shortDescription: { text: `${title[0]?.toUpperCase()}${title.slice(1)}.` },
    fullDescription: { text: explanation.join(' ') },
    help: {
      text: [...explanation, `Evidence: ${proof}`, ...fixes.map(({ text }) => `Fix: ${text}`)].join('\n'),
      markdown: explain(rule),
    },
    defaultConfiguration: { level },
    properties: { tags: ['tracing', 'service-mesh'] },
  }
}

/** `TheAppSendsNoContextOn`, as SARIF wants names. */
function pascalCase(title: string): string {
  const words = title.split(/[^A-Za-z0-9]/)
  return words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join('')
}

function describeFinding(finding: Finding, rules: readonly Rule[]) {
  const { id, level, suspected, hop, title, seen, cause, fixes, decides, object, location } = finding
  const where = formatWhere(finding)
  const lines = [
    `${hop}: ${title}`,
    ...seen.map((text) => `seen: ${text}`),
    `cause: ${cause}`,
    ...(where === undefined ? [] : [`where: ${where}`]),
    ...fixes.slice(0, 2).map(({ text }) => `fix: ${text}`),
    ...(suspected && decides !== undefined ? [`suspected; decides: ${decides}`] : []),
  ]
  const named = object === undefined ? hop : formatObject(object)
  const ruleIndex = rules.findIndex((rule) => rule.id === id)
  return {
    ruleId: id,
    ...(ruleIndex >= 0 && { ruleIndex }),
    level: suspected ? 'warning' : level,
    message: { text: lines.join('\n') },
    locations: [
      {
        ...(location && {
          physicalLocation: {
            artifactLocation: artifactOf(location.file),
            region: { startLine: location.line },
          },
        }),
        logicalLocations: [
          { name: object?.name ?? hop, fullyQualifiedName: named, kind: object === undefined ? 'hop' : 'object' },
        ],
      },
    ],
    partialFingerprints: { 'throughline/v1': createHash('sha256').update(`${id} ${hop} ${named}`).digest('hex') },
  }
}

/** Below the working folder, which is the root of a checkout in a pipeline, a relative address; else a whole one. */
function artifactOf(file: string): { uri: string; uriBaseId?: string } {
  const absolute = path.resolve(file)
  const relative = path.relative(process.cwd(), absolute)
  if (relative.startsWith('..') || path.isAbsolute(relative)) return { uri: pathToFileURL(absolute).href }
  const uri = relative.split(path.sep).map(encodeURIComponent).join('/')
  return { uri, uriBaseId: '%SRCROOT%' }
}
