import type { TestContext } from 'vitest'
import { messageOf } from '@throughline/lab-programs'
import { requireNamespaceTools } from './namespace-tools.ts'

/** Skips the test where there can be no network namespaces, and says why; in CI that is a failure. */
export async function requireNamespaces(context: Pick<TestContext, 'skip'>): Promise<void> {
  try {
    await requireNamespaceTools()
  } catch (error) {
    if (process.env['CI']) throw error
    context.skip(messageOf(error))
  }
}
