import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { isAtLeast } from './require-node.mjs'
import { formatResults, readResults } from './test-summary.mjs'

describe('the Node that is needed', () => {
  it.each([
    ['20.19.0', true],
    ['20.18.9', false],
    ['18.20.0', false],
    ['22.0.0', true],
    ['24.1.0', true],
  ])('%s is enough for 20.19.0: %s', (version, enough) => {
    expect(isAtLeast(version, '20.19.0')).toBe(enough)
  })
})

describe('the closing line of the tests', () => {
  it('adds up every results file, and counts a file that could not be loaded as a failure', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'results-'))
    const write = (workspace: string, result: object) => {
      fs.mkdirSync(path.join(folder, workspace, 'test-results'), { recursive: true })
      fs.writeFileSync(path.join(folder, workspace, 'test-results/unit.json'), JSON.stringify(result))
    }
    const numbers = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 0 }
    write('packages/a', { ...numbers, testResults: [{ status: 'failed', assertionResults: [{}] }] })
    write('services/b', { ...numbers, testResults: [{ status: 'failed', assertionResults: [] }] })
    write('lab/c', { ...numbers, testResults: [] })
    fs.mkdirSync(path.join(folder, 'services/without-results'))
    expect(formatResults(readResults(folder))).toBe('9 passed, 4 failed, 6 skipped')
    fs.rmSync(folder, { recursive: true })
  })
})
