import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const spawn = path.join(import.meta.dirname, 'spawn.mjs')

/** What a script prints that runs a program of one line, watched. */
async function printedBy(line: string) {
  const script = `
    import { runProgram } from ${JSON.stringify(spawn)}
    const code = await runProgram(process.execPath, ['-e', ${JSON.stringify(line)}], { watched: true }).catch(String)
    console.log(code)`
  return run(process.execPath, ['--input-type=module', '-e', script])
}

it.runIf(process.platform === 'linux')(
  'a program that finds the disk full ends as the one line that says so',
  async () => {
    const { stdout, stderr } = await printedBy("console.error('begins'); fs.writeFileSync('/dev/full', 'x')")
    expect(stdout).toMatch(/^Error: .*ENOSPC: no space left on device.*\n$/)
    expect(stderr).toMatch(/^begins\n(?!.*\n.* at )/)
    expect(stderr).not.toContain(' at ')
  },
)

it('another failure is shown as it is, with the exit code', async () => {
  const { stdout, stderr } = await printedBy("console.error('no luck'); process.exit(3)")
  expect([stdout, stderr]).toEqual(['3\n', 'no luck\n'])
})
