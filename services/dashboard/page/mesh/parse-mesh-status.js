// @ts-check
import { isRecord, parseList, parseNumber, parseText } from '../shared/wire.js'

/**
 * @typedef {'ready' | 'starting' | 'down' | 'rejected'} SidecarState
 * @typedef {{ name: string, nodeId: string | null, state: SidecarState, reason: string | null, restarts: number,
 * restartsInMs: number | null }} SidecarStatus `nodeId`: Envoy's, which its spans carry; `restartsInMs`: until it is
 * started again
 *
 * @typedef {{ value: string, label: string, effect: string }} Choice
 * @typedef {{ name: string, label: string, value: string, choices: Choice[] }} Setting `value` is the choice in force
 * @typedef {{ address: string, closed: boolean, reason: string }} Bypass the bypass of the sidecar
 * @typedef {{ label: string, url: string }} Link
 *
 * @typedef {object} MeshStatus
 * @property {string} mesh
 * @property {string} tracer
 * @property {string[]} tracers
 * @property {'allowed' | 'denied'} access
 * @property {SidecarStatus[]} sidecars
 * @property {SidecarStatus[]} services empty where the mesh doesn't report them
 * @property {Setting[]} settings empty where the mesh has none or doesn't report them
 * @property {Bypass | null} bypass null = the mesh doesn't report it
 * @property {Link[]} links only to http and https
 */

const sidecarStates = new Set(['ready', 'starting', 'down', 'rejected'])

/**
 * @param {unknown} body
 * @returns {MeshStatus | undefined}
 */
export function parseMeshStatus(body) {
  if (!isRecord(body) || (body['access'] !== 'allowed' && body['access'] !== 'denied')) return undefined
  const tracer = parseText(body['tracer'], 60) ?? 'none'
  const tracers = parseList(body['tracers'], (item) => parseText(item, 60) ?? undefined)
  const settings = parseList(body['settings'], parseSetting)
  return {
    mesh: parseText(body['mesh'], 60) ?? 'mesh',
    tracer,
    tracers: tracers.includes(tracer) ? tracers : [tracer, ...tracers],
    access: body['access'],
    sidecars: parseList(body['sidecars'], parseSidecar),
    services: parseList(body['services'], parseSidecar),
    settings: settings.filter(({ name }, index) => settings.findIndex((earlier) => earlier.name === name) === index),
    bypass: parseBypass(body['bypass']),
    links: parseList(body['links'], parseLink),
  }
}

/**
 * @param {unknown} item
 * @returns {SidecarStatus | undefined}
 */
function parseSidecar(item) {
  if (!isRecord(item)) return undefined
  const name = parseText(item['name'], 100)
  if (name === null || typeof item['state'] !== 'string' || !sidecarStates.has(item['state'])) return undefined
  return {
    name,
    nodeId: parseText(item['nodeId'], 300),
    state: /** @type {SidecarState} */ (item['state']),
    reason: parseText(item['reason'], 300),
    restarts: parseNumber(item['restarts']) ?? 0,
    restartsInMs: parseNumber(item['restartsInMs']),
  }
}

/**
 * Names and values go back to the mesh as they are, so one that is too long to show is rejected.
 *
 * @param {unknown} item
 * @returns {Setting | undefined}
 */
function parseSetting(item) {
  if (!isRecord(item)) return undefined
  const name = parseKey(item['name'])
  const value = parseKey(item['value'])
  const choices = parseList(item['choices'], parseChoice)
  if (name === null || value === null || choices.length === 0) return undefined
  return { name, label: parseText(item['label'], 80) ?? name, value, choices }
}

/**
 * @param {unknown} item
 * @returns {Choice | undefined}
 */
function parseChoice(item) {
  if (!isRecord(item)) return undefined
  const value = parseKey(item['value'])
  if (value === null) return undefined
  return { value, label: parseText(item['label'], 60) ?? value, effect: parseText(item['effect'], 400) ?? '' }
}

/**
 * @param {unknown} value
 * @returns {Bypass | null}
 */
function parseBypass(value) {
  if (!isRecord(value) || typeof value['closed'] !== 'boolean') return null
  return {
    address: parseText(value['address'], 300) ?? '',
    closed: value['closed'],
    reason: parseText(value['reason'], 400) ?? '',
  }
}

/**
 * @param {unknown} item
 * @returns {Link | undefined}
 */
function parseLink(item) {
  if (!isRecord(item) || typeof item['url'] !== 'string' || item['url'].length > 2000) return undefined
  const url = URL.canParse(item['url']) ? new URL(item['url']) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  return { label: parseText(item['label'], 60) ?? url.host, url: url.href }
}

/** @param {unknown} value */
function parseKey(value) {
  return typeof value === 'string' && value !== '' && value.length <= 100 ? value : null
}
