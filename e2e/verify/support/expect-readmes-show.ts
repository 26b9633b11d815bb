import fs from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'

const root = path.join(import.meta.dirname, '../../..')
const READMES = ['README.md', 'packages/verify/README.md']
const BLOCK = /(?<=```text\n)[^]*?(?=```)/

/** What differs from run to run: durations, the trace, and where lines are broken for their sake. */
function withoutFigures(output: string): string {
  return output
    .replaceAll(/\d+(?:\.\d+)? ms/g, '… ms')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '…')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** The path and the first finding, up to its fix. */
function beginningOf(output: string): string {
  const [drawing = '', finding = ''] = output.trim().split('\n\n')
  return `${drawing}\n\n${finding.replace(/\n {2}more [^]*$/, '')}\n`
}

/**
 * Both READMEs show how the output of the command begins, figures aside. With `-u` they are written from this run where
 * they don't.
 */
export async function expectReadmesShow(output: string): Promise<void> {
  const beginning = beginningOf(output)
  for (const file of READMES) {
    const text = await fs.readFile(path.join(root, file), 'utf8')
    const isSame = withoutFigures(BLOCK.exec(text)?.[0] ?? '') === withoutFigures(beginning)
    const written = isSame ? text : text.replace(BLOCK, () => beginning)
    await expect(written).toMatchFileSnapshot(path.join(root, file))
  }
}
