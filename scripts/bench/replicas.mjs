// @ts-check
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { promisify } from 'node:util'
import { findEnvoy, poll, takeFreePort, temporaryFolder } from '@throughline/lab-programs'
import { createStaticEnvoyConfig, envoyCommand } from '@throughline/lab-meshes'
import { ROOT } from '../root.mjs'

const COUNTING = `${ROOT}/services/counting/dist/main.js`
const LOAD = `${ROOT}/packages/telemetry/bench/load-process.mjs`
const TICKS_PER_SECOND = 100
const READY_MS = 20_000

/**
 * What a request costs with 1, 2 and 4 replicas of counting behind one Envoy, at the same rate: the sidecar of
 * `mesh/envoy`, without mutual TLS, with its tracer on. Linux only.
 * @param {{ counts: number[], rate: number, seconds: number }} options
 */
export async function measureReplicas({ counts, rate, seconds }) {
  const rows = []
  for (const count of counts) {
    rows.push(await measure(count, { rate, seconds }))
    process.stderr.write('.')
  }
  return rows
}

/**
 * @param {number} replicas
 * @param {{ rate: number, seconds: number }} load
 */
async function measure(replicas, { rate, seconds }) {
  const folder = await temporaryFolder()
  const collector = http.createServer((request, response) => request.resume().on('end', () => response.end()))
  await once(collector.listen(0, '127.0.0.1'), 'listening')
  const otlpUrl = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (collector.address()).port}/v1/traces`
  /** @type {import('node:child_process').ChildProcess[]} */
  const children = []
  try {
    const apps = []
    for (let index = 0; index < replicas; index += 1) apps.push(await takeFreePort())
    const sidecarPort = await takeFreePort()
    const envoy = await startEnvoy(folder.path, { apps, sidecarPort, otlpUrl })
    children.push(envoy, ...apps.map((port) => startCounting(port, otlpUrl)))
    const pids = children.map(({ pid = 0 }) => pid)
    await allAnswer([...apps.map((port) => `http://127.0.0.1:${port}/health`), `http://127.0.0.1:${sidecarPort}/`])
    await sendLoad(sidecarPort, { requests: rate * seconds * 2 })
    const before = pids.map(cpuSeconds)
    const answered = await sendLoad(sidecarPort, { requests: rate * seconds, rate })
    const micros = pids.map((pid, index) => ((cpuSeconds(pid) - (before[index] ?? 0)) * 1e6) / (rate * seconds))
    const [sidecarMicros = NaN, ...appMicros] = micros
    return {
      replicas,
      sidecarMicros,
      appMicros: sum(appMicros),
      megabytes: sum(pids.slice(1).map(residentMegabytes)),
      ...answered,
    }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    for (const child of children) if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    collector.close()
    collector.closeAllConnections()
    await folder[Symbol.asyncDispose]()
  }
}

/**
 * @param {string} folder
 * @param {{ apps: number[], sidecarPort: number, otlpUrl: string }} options
 */
async function startEnvoy(folder, { apps, sidecarPort, otlpUrl }) {
  const { path: envoy } = await findEnvoy()
  const admin = `127.0.0.1:${await takeFreePort()}`
  const nowhere = '127.0.0.1:9'
  const config = createStaticEnvoyConfig({
    configDir: { counting: folder, dashboard: folder },
    certsDir: folder,
    admin: { counting: admin, dashboard: admin },
    countingApp: nowhere,
    upstream: { outbound: `127.0.0.1:${sidecarPort}`, app: nowhere },
    countingInbound: nowhere,
    dashboardOutbound: nowhere,
    otlpUrl,
    zipkinUrl: otlpUrl,
    sampling: 100,
  })
  const lb = apps.map((port) => ({
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
  }))
  const clusters = only(await config.clusters('counting', '1'), 'upstream')
  clusters.resources[0].load_assignment.endpoints = [{ lb_endpoints: lb }]
  const files = {
    'clusters.json': clusters,
    'listeners.json': only(
      await config.listeners('counting', { tracer: 'opentelemetry', version: '1' }),
      'outbound-upstream',
    ),
    'bootstrap.json': await config.bootstrap('counting'),
  }
  for (const [name, content] of Object.entries(files))
    fs.writeFileSync(path.join(folder, name), JSON.stringify(content))
  const { command, args, env } = envoyCommand({ envoy, bootstrap: path.join(folder, 'bootstrap.json'), cwd: folder })
  return spawn(command, args ?? [], { env, cwd: folder, stdio: 'ignore' })
}

/**
 * The one resource of this name.
 * @param {any} file
 * @param {string} name
 */
function only(file, name) {
  return {
    ...file,
    resources: file.resources.filter((/** @type {{ name: string }} */ resource) => resource.name === name),
  }
}

/**
 * @param {number} port
 * @param {string} otlpUrl
 */
function startCounting(port, otlpUrl) {
  return spawn(process.execPath, [COUNTING], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'error',
      ALLOWED_HOSTS: 'bench',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpUrl,
    },
  })
}

/** @param {string[]} urls */
async function allAnswer(urls) {
  for (const url of urls) {
    const answer = await poll(async () => (await fetch(url).catch(() => undefined))?.ok || undefined, {
      deadlineMs: READY_MS,
    })
    if (!answer) throw new Error(`${url} does not answer`)
  }
}

/**
 * @param {number} port
 * @param {{ requests: number, rate?: number }} load
 * @returns {Promise<{ rate: number, p50: number, p99: number }>}
 */
async function sendLoad(port, { requests, rate }) {
  const args = [LOAD, port, requests, ...(rate === undefined ? [] : [rate])].map(String)
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout)
}

/** @param {number} pid */
function cpuSeconds(pid) {
  // What follows the name, which may contain spaces: user and system time are fields 14 and 15 of proc(5).
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** @param {number} pid */
function residentMegabytes(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}
