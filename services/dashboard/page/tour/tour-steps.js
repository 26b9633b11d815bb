// @ts-check

/**
 * What the tour can do: the real switches of the page.
 *
 * @typedef {object} TourActions
 * @property {() => Promise<void>} send one request of this browser
 * @property {(access: 'allowed' | 'denied') => Promise<void>} setAccess
 * @property {(on: boolean) => Promise<void>} setPropagation
 * @property {(tracer: string) => Promise<void>} setTracer
 * @property {() => Promise<void>} probeBypass
 *
 * @typedef {object} TourSetting the state of the page when a step begins
 * @property {boolean} controls the mesh can be changed here
 * @property {boolean} faults propagation can be switched off here
 * @property {boolean} bypass there is an address to probe
 * @property {string | null} tracer in force
 * @property {string[]} tracers
 *
 * @typedef {object} TourStep
 * @property {string} title
 * @property {string} text
 * @property {(setting: TourSetting) => boolean} isPossible
 * @property {(actions: TourActions, setting: TourSetting) => Promise<void>} run sets every switch it depends on, so
 * that steps work in any order
 */

/** @type {readonly TourStep[]} */
export const tourSteps = [
  {
    title: 'See a trace',
    text: 'One request just went from this browser through every hop. Each row of the trace is one hop’s account of it, and each is the child of the row above.',
    isPossible: () => true,
    run: async ({ setAccess, setPropagation, send }, { controls, faults }) => {
      if (controls) await setAccess('allowed')
      if (faults) await setPropagation(true)
      await send()
    },
  },
  {
    title: 'Deny the call',
    text: 'The mesh now denies dashboard’s calls. Counting’s sidecar answers HTTP 403 itself: counting never sees the request, so its span is gone.',
    isPossible: ({ controls }) => controls,
    run: async ({ setAccess, setPropagation, send }, { faults }) => {
      if (faults) await setPropagation(true)
      await setAccess('denied')
      await send()
    },
  },
  {
    title: 'Break propagation',
    text: 'The call is allowed again, but dashboard no longer propagates the trace headers. The call still succeeds; the trace ends at dashboard, and the sidecars start another.',
    isPossible: ({ faults }) => faults,
    run: async ({ setAccess, setPropagation, send }, { controls }) => {
      if (controls) await setAccess('allowed')
      await setPropagation(false)
      await send()
    },
  },
  {
    title: 'Change the tracer',
    text: 'Headers are propagated again, and the sidecars now use another tracer with other headers. The trace is still whole, because the services read and write every format.',
    isPossible: ({ controls, tracers }) => controls && tracers.length > 1,
    run: async ({ setAccess, setPropagation, setTracer, send }, { faults, tracer, tracers }) => {
      await setAccess('allowed')
      if (faults) await setPropagation(true)
      const other = tracers.find((name) => name !== tracer && name !== 'none')
      if (other !== undefined) await setTracer(other)
      await send()
    },
  },
  {
    title: 'Bypass the sidecar',
    text: 'The mesh denies the call, and the dashboard probes counting’s own address. If that answers, the rule protects little: it applies only to callers that go through the sidecar.',
    isPossible: ({ bypass }) => bypass,
    run: async ({ setAccess, probeBypass }, { controls }) => {
      if (controls) await setAccess('denied')
      await probeBypass()
    },
  },
  {
    title: 'Repair',
    text: 'The rule, propagation and the tracer are as they were before the tour. One more request shows the trace that they make.',
    isPossible: () => true,
    run: async ({ send }) => send(),
  },
]
