// @ts-check
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ROOT } from '../root.mjs'

// On a fresh clone the lab is built only by now.
const { cacheFolder, poll } = await import('@throughline/lab-programs')

const CACHE = cacheFolder(process.env)
const READY_MS = 120_000

/** What is started, and which programs of the cache it needs. */
const DEMOS = [
  { name: 'static Envoys', flags: [], programs: ['envoy'] },
  { name: 'Consul', flags: ['--mesh', 'consul'], programs: ['envoy', 'consul'] },
  { name: 'Istio', flags: ['--mesh', 'istio'], programs: ['envoy', 'istio', 'helm'] },
]

/**
 * Starts each demo whose programs are cached, and reports the seconds to the first page, the resident memory of all its
 * processes a moment later, and the disk that it takes.
 * @param {string} file where the figures go, as JSON
 */
export async function benchDemo(file) {
  const rows = []
  for (const { name, flags, programs } of DEMOS) {
    if (!programs.every((program) => fs.existsSync(path.join(CACHE, program)))) {
      console.error(`${name}: not measured, its programs are not in ${CACHE}`)
      continue
    }
    console.error(`Starting the demo with ${name} …`)
    const measured = await measure(flags)
    if (typeof measured === 'string') {
      console.error(measured)
      return 1
    }
    const { seconds, megabytes, processes } = measured
    rows.push({
      demo: name,
      seconds,
      megabytes,
      processes,
      cacheMegabytes: sizeOf(programs.map((program) => `${CACHE}/${program}`)),
    })
  }
  const repositoryMegabytes = sizeOf([ROOT])
  console.table(rows)
  console.log(`The repository with its dependencies and builds: ${repositoryMegabytes} MB`)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const machine = {
    cores: os.availableParallelism(),
    node: process.version,
    system: `${process.platform}-${process.arch}`,
  }
  fs.writeFileSync(file, `${JSON.stringify({ machine, repositoryMegabytes, rows }, null, 2)}\n`)
  return rows.length === 0 ? 1 : 0
}

/**
 * @param {string[]} flags
 * @returns the figures, or why there are none
 */
async function measure(flags) {
  const begin = performance.now()
  const args = [path.join(ROOT, 'scripts/run.mjs'), 'demo', '--free-ports', ...flags]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)))
  try {
    const page = await poll(async () => (child.exitCode === null ? /^ {2}Page +(\S+)$/m.exec(printed)?.[1] : ''), {
      deadlineMs: READY_MS,
    })
    if (!page) return `It did not start:\n${printed.trim()}`
    if (!(await fetch(page)).ok) return `The page at ${page} is not there.`
    const seconds = round1((performance.now() - begin) / 1000)
    for (let request = 0; request < 20; request++) await fetch(`${page}/api/count`)
    const resident = residentBelow(child.pid ?? 0)
    return { seconds, megabytes: Math.round(resident.kilobytes / 1000), processes: resident.processes }
  } finally {
    child.kill('SIGTERM')
    if (child.exitCode === null) await new Promise((resolve) => child.once('close', resolve))
  }
}

/**
 * The memory of a process and of all below it; the reaper's shell is one of them.
 * @param {number} root
 */
function residentBelow(root) {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' }).trim().split('\n')
  const all = lines.map((line) => line.trim().split(/\s+/).map(Number))
  const family = new Set([root])
  for (let grown = true; grown;) {
    grown = false
    for (const [pid = 0, parent = 0] of all) {
      if (family.has(pid) || !family.has(parent)) continue
      family.add(pid)
      grown = true
    }
  }
  const rows = all.filter(([pid = 0]) => family.has(pid))
  return { kilobytes: rows.reduce((sum, [, , rss = 0]) => sum + rss, 0), processes: rows.length }
}

/** @param {string[]} folders */
function sizeOf(folders) {
  const printed = execFileSync('du', ['-sk', ...folders], { encoding: 'utf8' })
    .trim()
    .split('\n')
  return Math.round(printed.reduce((sum, line) => sum + Number(line.split('\t')[0]), 0) / 1000)
}

/** @param {number} value */
function round1(value) {
  return Math.round(value * 10) / 10
}
