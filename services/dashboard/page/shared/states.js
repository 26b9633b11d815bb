// @ts-check

/**
 * @typedef {import('./wire.js').CallState | 'disconnected' | 'connecting'} PageState
 * @typedef {{ label: string, icon: string, meaning: string, fault: string }} StateWords
 */

/**
 * The name, icon and explanation of each state. `fault` marks the failing hop of the path.
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
    meaning: 'The call passed every hop, and counting answered.',
    fault: '',
  },
  denied: {
    label: 'Denied',
    icon: 'icon-denied',
    meaning: 'A sidecar refused the call with HTTP 403: a rule of the mesh denies it.',
    fault: 'Denied here',
  },
  failing: {
    label: 'Failing',
    icon: 'icon-failing',
    meaning: 'The mesh delivered the call; counting itself answered with an error.',
    fault: 'Failed here',
  },
  unreachable: {
    label: 'Unreachable',
    icon: 'icon-unreachable',
    meaning: 'The call did not reach counting.',
    fault: 'Ends here',
  },
  disconnected: {
    label: 'Disconnected',
    icon: 'icon-disconnected',
    meaning: 'This browser lost the dashboard. The page shows the last known state.',
    fault: 'Lost',
  },
}
