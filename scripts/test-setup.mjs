// @ts-check
/** Loaded by vitest in its own process, as its global setup, and in each of its workers: what tests start ends with them. */
import { endChildrenWithUs } from './end-children.mjs'

endChildrenWithUs()

/** What makes a global setup of it. */
export function setup() {}
