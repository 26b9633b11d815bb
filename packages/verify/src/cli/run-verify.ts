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
  requireKnownIds(command)
  for (const option of ['save', 'sarif'] as const) {
    if (command[option] !== undefined) await requireFolder(`--${option}`, command[option])
  }
  const manifests = await loadManifests(command)
  const evidence = await gather(command, manifests, signal)
  const rules = chooseRules(command, evidence)
  const judged = createReport(evidence, {
    rules,
    level: command.level,
    ...(command.expect && { expect: command.expect }),
  })
  const report = manifests === undefined ? judged : manifests.locate(judged)
  process.stdout.write(await format(report, command, rules))
  // After the report, which is not lost with the file.
  if (command.sarif !== undefined) await write('--sarif', command.sarif, await formatAsSarif(report, rules))
  if (command.save !== undefined) await write('--save', command.save, `${JSON.stringify(evidence)}\n`)
  return EXIT[report.outcome]
}

interface Manifests {
  /** Evidence of the files alone. */
  evidence: () => Promise<Evidence>
  /** Adds file and line to findings. */
  locate: (report: Report) => Report
}

/** What `--manifests` names; its reader is loaded only with it. */
async function loadManifests({ manifests, home }: VerifyCommand): Promise<Manifests | undefined> {
  if (manifests === undefined) return undefined
  const reader = await import('../manifests/read-manifests.ts')
  const { locateFindings } = await import('../manifests/locate-findings.ts')
  const loaded = await reader.loadManifests(manifests, home)
  return {
    evidence: () => reader.evidenceOf(manifests, loaded, home),
    locate: (report) => locateFindings(report, loaded.objects),
  }
}

async function gather(
  command: VerifyCommand,
  manifests: Manifests | undefined,
  signal: AbortSignal,
): Promise<Evidence> {
  if (command.from !== undefined) return await load(command.from)
  if (manifests !== undefined && command.cluster === undefined) return await manifests.evidence()
  return await observe(command, signal)
}

function requireKnownIds({ only, skip }: VerifyCommand): void {
  if (only.length > 0 && only.every((id) => skip.includes(id))) {
    throw new UsageError('--skip leaves nothing of --only to look for')
  }
  const unknown = [...only, ...skip].find((id) => findRule(id) === undefined)
  if (unknown !== undefined) {
    throw new UsageError(`there is no ${unknown}; known: ${catalogue.map(({ id }) => id).join(', ')}`)
  }
}

/** Of files alone, those that have something to say about them. */
function chooseRules({ only, skip }: VerifyCommand, { cluster }: Evidence): Rule[] {
  const candidates = cluster?.declared === undefined ? catalogue : catalogue.filter(({ judgesFiles }) => judgesFiles)
  const chosen = candidates.filter(
    ({ id }) => id.startsWith('TLV9') || ((only.length === 0 || only.includes(id)) && !skip.includes(id)),
  )
  if (chosen.length > 0) return chosen
  throw new UsageError(
    `manifests alone tell ${candidates.map(({ id }) => id).join(', ')}: none of these is left to look for`,
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
async function requireFolder(option: string, file: string): Promise<void> {
  const folder = path.dirname(path.resolve(file))
  const found = await fs.stat(folder).catch(() => undefined)
  if (!found?.isDirectory()) throw new UsageError(`${option} ${file}: there is no folder ${folder}`)
  const existing = await fs.stat(file).catch(() => undefined)
  if (existing?.isDirectory()) throw new UsageError(`${option} ${file}: it is a folder, not a file`)
}

async function write(option: string, file: string, content: string): Promise<void> {
  try {
    await fs.writeFile(file, content)
  } catch (error) {
    throw new UsageError(`${option} ${file}: ${explainFileError(error as Error)}; it is not written`)
  }
}

async function formatAsSarif(report: Report, rules: readonly Rule[]): Promise<string> {
  const { formatSarif } = await import('../report/format-sarif.ts')
  return formatSarif(report, { rules })
}

async function readText(name: string, file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${name} ${file}: ${explainFileError(error as Error)}`)
  }
}

async function format(report: Report, { format: name, level }: VerifyCommand, rules: readonly Rule[]): Promise<string> {
  switch (name) {
    case 'json':
      return formatJson(report)
    case 'junit':
      return formatJunit(report, { rules, level })
    case 'markdown':
      return formatMarkdown(report)
    case 'sarif':
      return await formatAsSarif(report, rules)
    default:
      return formatText(report, {
        // By NO_COLOR, FORCE_COLOR and TERM, too.
        color: process.stdout.isTTY && process.stdout.hasColors(),
        width: Math.max(60, Math.min(process.stdout.columns ?? 120, 160)),
      })
  }
}
