// @ts-check

/**
 * @typedef {import('./wire.js').CallState | 'disconnected' | 'connecting'} PageState
 * @typedef {{ label: string, icon: string, meaning: string, fault: string }} StateWords
 */

/**
 * How each state is called, drawn and explained. `fault` is what stands at the failing hop of the path.
 *
 * @type {Readonly<Record<PageState, StateWords>>}
 */
export const stateWords = {
  connecting: {
    label: 'Connecting',
    icon: 'icon-connecting',
    meaning: 'Waiting for the first count.',
    fault: '',
  },
  connected: {
    label: 'Connected',
    icon: 'icon-connected',
    meaning: 'The call went through every hop, and counting answered.',
    fault: '',
  },
  denied: {
    label: 'Denied',
    icon: 'icon-denied',
    meaning: 'A sidecar refused the call with HTTP 403: a policy of the mesh doesn’t let dashboard call counting.',
    fault: 'Denied here',
  },
  failing: {
    label: 'Failing',
    icon: 'icon-failing',
    meaning: 'The mesh delivered the call, but counting itself answered with an error.',
    fault: 'Failed here',
  },
  unreachable: {
    label: 'Unreachable',
    icon: 'icon-unreachable',
    meaning: 'The call did not get through to counting.',
    fault: 'Ends here',
  },
  disconnected: {
    label: 'Disconnected',
    icon: 'icon-disconnected',
    meaning: 'This browser lost the dashboard. What you see below is the last that was known.',
    fault: 'Lost',
  },
}
