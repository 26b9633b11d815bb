// @ts-check
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { callers } from './callers.mjs'
import { situations } from './situations.mjs'

/**
 * Records which headers real tracing libraries send, and writes them to `callers.json`. Needs npm, a JDK (17 or later)
 * and Maven; takes a few minutes, and is run only when a library or a version is added. `CALLERS_WORK` keeps what was
 * installed for the next run.
 */

const here = import.meta.dirname
const work = process.env['CALLERS_WORK'] ?? fs.mkdtempSync(path.join(os.tmpdir(), 'callers-'))
/** Headers that any HTTP client sends. */
const ORDINARY = new Set(['host', 'connection', 'accept', 'accept-encoding', 'user-agent', 'content-length'])
ORDINARY.add('accept-language').add('sec-fetch-mode').add('upgrade').add('http2-settings')

/** Nothing is sent to a collector, an agent or a vendor. */
const QUIET = {
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_NODE_RESOURCE_DETECTORS: 'none',
  DD_TRACE_AGENT_URL: 'http://127.0.0.1:9',
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  DD_TRACE_STARTUP_LOGS: 'false',
}

const places = install()
/** @type {Record<string, string> | undefined} */
let received
const upstream = http.createServer((request, response) => {
  received = traceHeaders(request)
  response.end('{}')
})
upstream.listen(0, '127.0.0.1')
await once(upstream, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (upstream.address())

/** @type {Record<string, Record<string, Record<string, string>>>} */
const recorded = {}
for (const [name, program] of Object.entries(callers)) {
  if (process.argv[2] && !name.includes(process.argv[2])) continue
  process.stderr.write(`${name}\n`)
  recorded[name] = await record(program)
}
upstream.close()
upstream.closeAllConnections()
fs.writeFileSync(path.join(here, 'callers.json'), `${JSON.stringify(recorded, undefined, 2)}\n`)
if (!process.env['CALLERS_WORK']) fs.rmSync(work, { recursive: true })

/** @returns {Record<string, string>} where each kind of program is */
function install() {
  const npm = path.join(work, 'npm')
  fs.mkdirSync(npm, { recursive: true })
  fs.cpSync(path.join(here, 'package.json'), path.join(npm, 'package.json'))
  fs.cpSync(path.join(here, 'programs'), npm, { recursive: true })
  run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], npm)
  return {
    npm,
    brave: maven('brave', 'brave', []),
    'spring-brave': maven('spring', 'spring-brave', ['-Dbridge=brave']),
    'spring-otel': maven('spring', 'spring-otel', ['-Dbridge=otel']),
  }
}

/** @param {string} source @param {string} name @param {string[]} options @returns {string} */
function maven(source, name, options) {
  const folder = path.join(work, name)
  fs.cpSync(path.join(here, 'java', source), folder, { recursive: true })
  run('mvn', ['-q', '-B', ...options, 'package'], folder)
  return path.join(folder, 'target')
}

/** @param {string} command @param {string[]} args @param {string} cwd */
function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
}

/** @param {import('./callers.mjs').Program} program */
async function record({ command, env }) {
  const [file = '', ...args] = command.map((part) => part.replace(/\{([a-z-]+)\}/g, (_, place) => places[place] ?? ''))
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], UPSTREAM: `http://127.0.0.1:${port}/`, ...QUIET, ...env },
  })
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    /** @type {Record<string, Record<string, string>>} */
    const headers = {}
    for (const [situation, incoming] of Object.entries(situations)) {
      received = undefined
      const call = http.get({ host: '127.0.0.1', port: Number(line), path: '/', headers: incoming, agent: false })
      const [answer] = /** @type {[http.IncomingMessage]} */ (await once(call, 'response'))
      answer.resume()
      if (received === undefined)
        throw new Error(`${command.join(' ')} answered ${answer.statusCode} and called no one`)
      headers[situation] = received
    }
    return headers
  } finally {
    child.kill('SIGKILL')
  }
}

/** @param {http.IncomingMessage} request @returns {Record<string, string>} */
function traceHeaders({ headersDistinct }) {
  const headers = Object.entries(headersDistinct).filter(([name]) => !ORDINARY.has(name))
  return Object.fromEntries(
    headers.map(([name, values = []]) => {
      if (values.length !== 1) throw new Error(`${name} came ${values.length} times`)
      return [name, values[0] ?? '']
    }),
  )
}
