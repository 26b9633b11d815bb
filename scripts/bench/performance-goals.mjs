// @ts-check
// What is wanted of performance, as ratios within one run: microseconds differ from machine to machine by half.

/**
 * The figures of one run, by benchmark; a part that was not measured is missing.
 * @typedef {object} Figures
 * @property {import('../docs/performance-figures.ts').TelemetryFigures | undefined} [telemetry]
 * @property {import('../docs/performance-figures.ts').PropagationFigures | undefined} [propagation]
 * @property {import('../docs/performance-figures.ts').StartFigures | undefined} [start]
 * @property {import('../docs/outage-section.ts').OutageFigures | undefined} [outage]
 */

/**
 * @typedef {object} Limit
 * @property {number} goal
 * @property {number} floor what has to hold at least
 */

/**
 * @typedef {object} Measure
 * @property {string} unit
 * @property {number} digits
 * @property {Limit | Record<number, Limit>} limits for every Node, or by its major version
 * @property {(figures: Figures) => number | undefined} of
 */

/**
 * @typedef {object} Goal
 * @property {string} what
 * @property {boolean} [atLeast] true where more is better
 * @property {Measure[]} measures the goal is met when all of them meet it; the floor holds when one of them is within it
 */

/** @typedef {'goal met' | 'floor holds' | 'missed' | 'no goal' | 'not measured'} Verdict */

/** @type {readonly Goal[]} */
export const GOALS = [
  {
    what: 'CPU added to a traced request, as a share of what stock http + express adds',
    measures: [
      {
        unit: '',
        digits: 2,
        limits: { 20: { goal: 0.25, floor: 0.33 }, 24: { goal: 0.16, floor: 0.23 } },
        of: ({ telemetry }) => quotient(costOf(telemetry, 'ours'), costOf(telemetry, 'stock http + express')),
      },
    ],
  },
  {
    what: 'memory after load, as a multiple of plain',
    measures: [
      {
        unit: ' ×',
        digits: 2,
        limits: { goal: 1.4, floor: 1.6 },
        of: ({ telemetry }) => costOf(telemetry, 'ours')?.memory.median,
      },
    ],
  },
  {
    // In the image, so with its Node.
    what: 'time added to the first 200 of a bundled service, and its share of the time without tracing',
    measures: [
      { unit: ' ms', digits: 0, limits: { 24: { goal: 20, floor: 25 } }, of: ({ start }) => start?.addedMs.median },
      { unit: '', digits: 2, limits: { 24: { goal: 0.15, floor: 0.2 } }, of: ({ start }) => start?.addedShare.median },
    ],
  },
  {
    what: 'spans lost over an outage of 10 s at 5,000 a second',
    measures: [
      {
        unit: '',
        digits: 0,
        limits: { goal: 0, floor: 0 },
        of: ({ outage }) => outage?.results.find(({ name }) => name === 'ours, away')?.lost,
      },
    ],
  },
  {
    what: 'all headers read and written, against the composite',
    atLeast: true,
    measures: [
      {
        unit: ' × faster',
        digits: 1,
        limits: { 20: { goal: 5.2, floor: 5 }, 24: { goal: 4.5, floor: 4.5 } },
        of: ({ propagation }) => propagation?.results['all']?.timesFaster.median,
      },
    ],
  },
]

/**
 * @param {Goal} goal
 * @param {Figures} figures of one Node
 * @param {number} major the Node's
 * @returns {{ verdict: Verdict, measured: string, goal: string, floor: string }}
 */
export function judge({ atLeast = false, measures }, figures, major) {
  const judged = measures.map(({ unit, digits, limits, of }) => {
    const value = of(figures)
    const limit = limitOf(limits, major)
    /** @param {number | undefined} number */
    const show = (number) => (number === undefined ? '–' : `${number.toFixed(digits)}${unit}`)
    /** @param {number | undefined} bound */
    const isWithin = (bound) => {
      if (value === undefined || bound === undefined) return false
      // As it is shown: a figure that reads like the goal has met it.
      const shown = Number(value.toFixed(digits))
      return atLeast ? shown >= bound : shown <= bound
    }
    return {
      value,
      limit,
      measured: show(value),
      goal: show(limit?.goal),
      floor: show(limit?.floor),
      meets: isWithin(limit?.goal),
      holds: isWithin(limit?.floor),
    }
  })
  const sign = atLeast ? '≥ ' : '≤ '
  const bound = judged.some(({ limit }) => limit === undefined)
    ? () => '–'
    : (/** @type {string} */ text) => sign + text
  return {
    verdict: verdictOf(judged),
    measured: judged.map(({ measured }) => measured).join(', '),
    goal: bound(judged.map(({ goal }) => goal).join(' and ')),
    floor: bound(judged.map(({ floor }) => floor).join(' or ')),
  }
}

/**
 * @param {{ value: number | undefined, limit: Limit | undefined, meets: boolean, holds: boolean }[]} judged
 * @returns {Verdict}
 */
function verdictOf(judged) {
  if (judged.some(({ value }) => value === undefined)) return 'not measured'
  if (judged.some(({ limit }) => limit === undefined)) return 'no goal'
  if (judged.every(({ meets }) => meets)) return 'goal met'
  return judged.some(({ holds }) => holds) ? 'floor holds' : 'missed'
}

/**
 * @param {Limit | Record<number, Limit>} limits
 * @param {number} major
 * @returns {Limit | undefined}
 */
function limitOf(limits, major) {
  return 'goal' in limits ? limits : limits[major]
}

/**
 * @param {import('../docs/performance-figures.ts').TelemetryFigures | undefined} figures
 * @param {string} name
 */
function costOf(figures, name) {
  return figures?.requestCost.find(({ variant }) => variant === name)
}

/**
 * What one adds as a share of what the other adds.
 * @param {import('../docs/performance-figures.ts').RequestCost | undefined} own
 * @param {import('../docs/performance-figures.ts').RequestCost | undefined} other
 */
function quotient(own, other) {
  return own && other && own.addedMicros.median / other.addedMicros.median
}
