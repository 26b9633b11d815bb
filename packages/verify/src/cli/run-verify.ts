import { X509Certificate } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import type { Evidence } from '../evidence/evidence.ts'
import { parseEvidence } from '../evidence/parse-evidence.ts'
import { catalogue, findRule } from '../findings/catalogue.ts'
import type { Rule } from '../findings/finding.ts'
import { explainFileError } from '../readers/explain-file-error.ts'
import { openBackend } from '../readers/open-backend.ts'
import { BackendError, type TraceBackend } from '../readers/trace-backend.ts'
import { formatJson } from '../report/format-json.ts'
import { formatJunit } from '../report/format-junit.ts'
import { formatMarkdown } from '../report/format-markdown.ts'
import { formatText } from '../report/format-text.ts'
import { createReport, type Report } from '../report/report.ts'
import { collectEvidence, type VerifyOptions } from '../verify.ts'
import { parseVerifyCommand, type VerifyCommand } from './parse-options.ts'
import { UsageError } from './usage-error.ts'

const EXIT = { passed: 0, failed: 1, unknown: 3 } as const

/** `throughline verify …`. Returns the exit code; rejects with a UsageError for invalid arguments. */
export async function runVerify(args: string[], signal: AbortSignal): Promise<number> {
  if (args.includes('--print-rbac')) {
    const { printRbac } = await import('./print-rbac.ts')
    return printRbac(args)
  }
  const command = parseVerifyCommand(args)
  if (command.save !== undefined) await requireFolder(command.save)
  const rules = chooseRules(command)
  const evidence = command.from === undefined ? await observe(command, signal) : await load(command.from)
  const report = createReport(evidence, {
    rules,
    level: command.level,
    ...(command.expect && { expect: command.expect }),
  })
  process.stdout.write(format(report, command, rules))
  // After the report, which is not lost with the file.
  if (command.save !== undefined) await save(command.save, evidence)
  return EXIT[report.outcome]
}

function chooseRules({ only, skip }: VerifyCommand): Rule[] {
  const unknown = [...only, ...skip].find((id) => findRule(id) === undefined)
  if (unknown !== undefined) {
    throw new UsageError(`there is no ${unknown}; known: ${catalogue.map(({ id }) => id).join(', ')}`)
  }
  return catalogue.filter(
    ({ id }) => id.startsWith('TLV9') || ((only.length === 0 || only.includes(id)) && !skip.includes(id)),
  )
}

/** Sends the probes: to a URL, or into a cluster through port-forwards that end with it. */
async function observe(command: VerifyCommand, signal: AbortSignal): Promise<Evidence> {
  if (command.cluster === undefined) return await collect(command, { signal })
  const { openCluster } = await import('../cluster/open-cluster.ts')
  const findsTraces = command.traces === undefined && command.listen === undefined
  await using cluster = await openCluster(command.cluster, { findsTraces, signal, onProgress: printProgress })
  const { url, traces = command.traces, readCluster } = cluster
  const evidence = await collect({ ...command, url, traces }, { signal, readCluster })
  return { ...evidence, url: cluster.label }
}

function printProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${line} …\n`)
}

async function collect(
  command: VerifyCommand,
  { signal, readCluster }: Pick<VerifyOptions, 'readCluster'> & { signal: AbortSignal },
): Promise<Evidence> {
  const { url = '', method, headers, repeat, inside, bypass, envoys, settleMs, timeoutMs } = command
  const backend = await open(command)
  try {
    return await collectEvidence({
      url,
      backend,
      method,
      headers,
      repeat,
      inside,
      bypass,
      envoys,
      readCluster,
      settleMs,
      timeoutMs,
      signal,
      onProgress: printProgress,
    })
  } finally {
    await backend.close?.()
  }
}

/** A backend that can't be opened is a finding (TLV901), not a failure of the command. */
async function open(command: VerifyCommand): Promise<TraceBackend> {
  if (command.listen !== undefined) {
    const { listenForSpans } = await import('../readers/listen-backend.ts')
    const { backend, addresses } = await listenForSpans(command.listen).catch((error: Error) => {
      throw new UsageError(`--listen: ${error.message}`)
    })
    process.stderr.write(`receiving spans at ${addresses.join(', ')}: point a sidecar or an SDK here\n`)
    return backend
  }
  try {
    return await openBackend({
      target: command.traces ?? '',
      headers: command.tracesHeaders,
      ca: command.tracesCa === undefined ? undefined : await readCertificates(command.tracesCa),
    })
  } catch (error) {
    if (!(error instanceof BackendError)) throw error
    const fail = (): Promise<never> => Promise.reject(error)
    return { kind: 'unknown', searchable: true, trace: fail, search: fail }
  }
}

async function readCertificates(file: string): Promise<string> {
  const text = await readText('--traces-ca', file)
  try {
    void new X509Certificate(text)
    return text
  } catch {
    throw new UsageError(
      `--traces-ca ${file}: it holds no certificate in PEM, which begins with “-----BEGIN CERTIFICATE-----”`,
    )
  }
}

async function load(file: string): Promise<Evidence> {
  try {
    return parseEvidence(await readText('--from', file))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`--from ${file}: ${(error as Error).message}. It reads what --save wrote`)
  }
}

/** Before the probes are sent, rather than after. */
async function requireFolder(file: string): Promise<void> {
  const folder = path.dirname(path.resolve(file))
  const found = await fs.stat(folder).catch(() => undefined)
  if (!found?.isDirectory()) throw new UsageError(`--save ${file}: there is no folder ${folder}`)
  const existing = await fs.stat(file).catch(() => undefined)
  if (existing?.isDirectory()) throw new UsageError(`--save ${file}: it is a folder, not a file`)
}

async function save(file: string, evidence: Evidence): Promise<void> {
  try {
    await fs.writeFile(file, `${JSON.stringify(evidence)}\n`)
  } catch (error) {
    throw new UsageError(`--save ${file}: ${explainFileError(error as Error)}; the evidence is not saved`)
  }
}

async function readText(name: string, file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${name} ${file}: ${explainFileError(error as Error)}`)
  }
}

function format(report: Report, { format: name, level }: VerifyCommand, rules: readonly Rule[]): string {
  switch (name) {
    case 'json':
      return formatJson(report)
    case 'junit':
      return formatJunit(report, { rules, level })
    case 'markdown':
      return formatMarkdown(report)
    default:
      return formatText(report, {
        color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
        width: Math.max(60, Math.min(process.stdout.columns ?? 120, 160)),
      })
  }
}
