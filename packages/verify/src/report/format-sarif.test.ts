import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { sketchEvidence, sketchPath } from '../evidence.test-support.ts'
import { catalogue } from '../findings/catalogue.ts'
import { filesRules, reportOf } from '../manifests/manifests.test-support.ts'
import { formatSarif } from './format-sarif.ts'
import { createReport, type Report } from './report.ts'

const SCHEMA = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
const DENIED = path.join(import.meta.dirname, '../../../../charts/istio/examples/denied/rendered')

// Draft 4 in form; of what sets it apart it has only its names.
const { id: _, $schema: __, ...schema } = JSON.parse(fs.readFileSync(SCHEMA, 'utf8')) as Record<string, unknown>
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false, allErrors: true }).compile(
  schema,
)

interface Log {
  runs: {
    tool: { driver: { name: string; rules: { id: string; help: { text: string; markdown: string } }[] } }
    invocations: { executionSuccessful: boolean; toolExecutionNotifications: object[] }[]
    results: {
      ruleId: string
      ruleIndex: number
      level: string
      message: { text: string }
      locations: {
        physicalLocation?: { artifactLocation: { uri: string; uriBaseId?: string }; region: { startLine: number } }
        logicalLocations: { fullyQualifiedName: string }[]
      }[]
    }[]
  }[]
}

function print(report: Report, rules = catalogue) {
  const log = JSON.parse(formatSarif(report, { rules })) as Log
  validate(log)
  expect(validate.errors ?? []).toEqual([])
  const [run] = log.runs
  if (run === undefined) throw new Error('there is no run')
  return run
}

describe('SARIF', () => {
  it('has each rule with its page, and each finding at its hop', () => {
    const { tool, results, invocations } = print(createReport(sketchPath({ cut: true })))
    expect(tool.driver.name).toBe('throughline')
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(catalogue.map(({ id }) => id))
    expect(tool.driver.rules[0]?.help).toMatchObject({
      text: expect.stringContaining('Fix: '),
      markdown: expect.stringMatching(/^# TLV101/),
    })
    expect(results).toMatchObject([
      {
        ruleId: 'TLV101',
        ruleIndex: 0,
        level: 'error',
        message: { text: expect.stringMatching(/^frontend: the app/) },
      },
    ])
    expect(results[0]?.locations).toMatchObject([{ logicalLocations: [{ fullyQualifiedName: 'frontend' }] }])
    expect(results[0]?.locations[0]).not.toHaveProperty('physicalLocation')
    expect(invocations).toMatchObject([{ executionSuccessful: true }])
  })

  it('has a suspected error as a warning, and says that there was no verdict', () => {
    const evidence = sketchPath({ cut: true })
    const suspected = { ...evidence, probes: evidence.probes.filter(({ kind }) => kind === 'w3c') }
    expect(print(createReport(suspected)).results[0]).toMatchObject({ level: 'warning' })
    const nothing = print(createReport(sketchEvidence({ unseen: ['the gateway'] })))
    expect(nothing.invocations).toMatchObject([
      { executionSuccessful: false, toolExecutionNotifications: [{ message: { text: 'not seen: the gateway' } }] },
    ])
  })

  it('has file and line of an object: relative where the file is below the working folder', async () => {
    const report = await reportOf(DENIED)
    const relative = path.relative(process.cwd(), DENIED).split(path.sep).join('/')
    const [result] = print(report, filesRules).results
    expect(result).toMatchObject({
      ruleId: 'TLV501',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: `${relative}/authorizationpolicy.yaml`, uriBaseId: '%SRCROOT%' },
            region: { startLine: 13 },
          },
          logicalLocations: [{ fullyQualifiedName: 'AuthorizationPolicy throughline/deny-all spec' }],
        },
      ],
    })
  })

  it('has a whole address of a file elsewhere, with what addresses can’t carry escaped', () => {
    const report = createReport(sketchPath({ cut: true }))
    const at = (file: string) => {
      const findings = report.findings.map((finding) => ({ ...finding, location: { file, line: 3 } }))
      return print({ ...report, findings }).results[0]?.locations[0]?.physicalLocation?.artifactLocation
    }
    expect(at('/elsewhere/a b/ü.yaml')).toEqual({ uri: 'file:///elsewhere/a%20b/%C3%BC.yaml' })
    expect(at('deploy/a #1%.yaml')).toEqual({ uri: 'deploy/a%20%231%25.yaml', uriBaseId: '%SRCROOT%' })
  })
})
