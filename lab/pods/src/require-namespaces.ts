import type { TestContext } from 'vitest'
import { messageOf } from '@throughline/lab-programs'
import { requireNamespaceTools } from './namespace-tools.ts'

/** Skips a test where network namespaces can't be created, and says why; in CI it fails instead. */
export async function requireNamespaces(context: Pick<TestContext, 'skip'>): Promise<void> {
  try {
    await requireNamespaceTools()
  } catch (error) {
    if (process.env['CI']) throw error
    context.skip(messageOf(error))
  }
}
