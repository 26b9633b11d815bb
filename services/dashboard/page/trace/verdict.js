// @ts-check

/**
 * @typedef {import('./trace-model.js').TraceModel} TraceModel
 *
 * @typedef {'whole' | 'open' | 'broken' | 'arriving'} Tone `open`: what is there is whole, and something is missing that
 * this trace can't explain
 * @typedef {{ tone: Tone, word: string, note: string }} Verdict `note`: what the word leaves open; empty for none
 *
 * @typedef {object} Known what the page knows beside the trace
 * @property {import('../shared/wire.js').CallState | null} state how its call went; null = not known
 * @property {boolean} complete no further span is expected
 * @property {boolean} sidecarsTrace by {@link doSidecarsTrace}
 * @property {boolean} appSpans the applications report spans
 * @property {boolean} ownService another service in place of counting, which may report none
 */

/**
 * Whether the sidecars of this path leave spans: as the mesh says where it reports, else as they did in an earlier trace.
 *
 * @param {Pick<import('../mesh/parse-mesh-status.js').MeshStatus, 'tracer' | 'sidecars'> | null} mesh
 * @param {boolean} seen a trace of this path held a span of a proxy
 * @returns {boolean}
 */
export function doSidecarsTrace(mesh, seen) {
  return mesh === null ? seen : mesh.tracer !== 'none' && mesh.sidecars.length > 0
}

/**
 * The word for a trace. It claims no more than its spans and the headers show: a trace that holds no sidecar is not
 * called unbroken where the sidecars trace, and not broken either, for the sidecars may have seen bytes or no call at all.
 *
 * @param {TraceModel} model with every problem that is known
 * @param {Known} known
 * @returns {Verdict}
 */
export function verdictOf({ rows, problems, reachesUpstream }, known) {
  const { state, complete, sidecarsTrace, appSpans, ownService } = known
  // A call that ended in front of its sidecar leaves none of its spans.
  const appsOnly = sidecarsTrace && state !== 'unreachable' && rows.every(({ proxy }) => !proxy)
  if (!complete && (appsOnly || problems.length > 0)) return { tone: 'arriving', word: 'Arriving', note: '' }
  if (problems.length > 0) return { tone: 'broken', word: 'Broken', note: '' }
  if (appsOnly) return { tone: 'open', word: 'Apps only', note: APPS_ONLY }
  if (ownService && !reachesUpstream) return { tone: 'open', word: 'Unbroken up to your service', note: '' }
  const [first] = rows
  if (appSpans && first?.proxy && first.kind === 'client') {
    return { tone: 'open', word: 'Begins at a sidecar', note: BEGINS_AT_SIDECAR }
  }
  return { tone: 'whole', word: 'Unbroken', note: '' }
}

const APPS_ONLY =
  'No sidecar left a span in this trace. The call may be TCP to them, or bypass them; its headers may be in a format that they don’t read; or their spans are late. Verify looks for the cause.'

const BEGINS_AT_SIDECAR =
  'What called this sidecar has no span here: it sent no trace headers, or none that the sidecar reads, or it reports no spans.'
