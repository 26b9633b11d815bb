import fs from 'node:fs/promises'
import path from 'node:path'
import type { MeshName } from '@throughline/lab-meshes'
import { takeFreePort } from '@throughline/lab-programs'
import { isRunning, pollUntil, temporaryFolder } from '@throughline/lab-testkit'
import { collectEvidence, judge, openBackend } from 'throughline'
import { expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { pageText } from '../support/page-text.ts'
import { runCli } from '../support/run-cli.ts'
import { untilState } from '../support/until-state.ts'

const example = (file: string): string =>
  `HOST=::1 exec "${process.execPath}" "${path.join(import.meta.dirname, '../../examples/your-own-service', file)}"`

/** Programs that one after another take counting's place, and what is true for each. */
const programs = [
  {
    what: 'a Node program that propagates nothing',
    run: example('before.mjs'),
    verdict: /^Unbroken up to your service$/,
    findings: [/^TLV101 the app behind counting\b/],
  },
  {
    what: 'the same with propagation: through its sidecar again, and to counting',
    run: example('after.mjs'),
    verdict: /^Unbroken$/,
    findings: [],
  },
  {
    what: 'a Python program that calls nothing',
    run: 'echo hello >shop && exec python3 -m http.server --bind ::1 "$PORT"',
    verdict: /^Unbroken up to your service$/,
    findings: [],
  },
]

/** The serious findings of `verify` about the path through the user's service. */
async function verify({ dashboardUrl, queryUrl }: { dashboardUrl: string; queryUrl: string }): Promise<string[]> {
  const evidence = await collectEvidence({
    url: `${dashboardUrl}/api/count`,
    backend: await openBackend({ target: `jaeger=${queryUrl}`, headers: {} }),
    settleMs: 2000,
    intervalMs: 50,
  })
  const { findings } = judge(evidence)
  return findings.filter(({ level }) => level !== 'note').map(({ id, hop }) => `${id} ${hop}`)
}

/** A command of the user whose program can be replaced; its processes, a child among them, are recorded. */
async function ownCommand(folder: string) {
  const [script, pids] = [path.join(folder, 'run.sh'), path.join(folder, 'pids')]
  const recorded = async (): Promise<number[]> => (await fs.readFile(pids, 'utf8')).trim().split(/\s+/).map(Number)
  return {
    line: `sh ${script}`,
    write: (run: string) =>
      fs.writeFile(script, `sleep 1000 &\necho $! $$ >>${pids}\necho started ${folder}\ncd ${folder}\n${run}\n`),
    async crash() {
      process.kill((await recorded()).at(-1) ?? 0, 'SIGKILL')
    },
    async left() {
      return (await recorded()).filter(isRunning)
    },
  }
}

/** What `--counting` and `--command` do, the same in each mesh. */
export function describeOwnService(mesh: MeshName): void {
  it(
    `the demo puts a service of the user, in any language, behind a sidecar of ${mesh}`,
    { timeout: 120_000 },
    async (context) => {
      await using folder = await temporaryFolder()
      const own = await ownCommand(folder.path)
      await own.write(programs[0]?.run ?? '')
      // Unlike counting itself, on IPv6.
      const url = `http://[::1]:${await takeFreePort()}/shop`
      await using demo = runCli(['demo', '--mesh', mesh, '--free-ports', '--counting', url, '--command', own.line])
      const [, dashboardUrl = ''] = await demo.printed(/Page +(http:\S+)/)
      const [, queryUrl = ''] = await demo.printed(/--traces (http:\S+)/)
      await demo.printed(/your service \| started/)
      await using tab = await openPage(requireBrowser(context), dashboardUrl)
      const { page } = tab

      for (const { what, run, verdict, findings } of programs) {
        await own.write(run)
        if (run !== programs[0]?.run) await own.crash()
        await untilState({ dashboardUrl }, 'connected', { deadline: 20_000 })
        await page.click('#send')
        await pageText(page, '#path', /counting.*your service/)
        await pageText(page, '#trace-label', /^Your request$/)
        await pageText(page, '#verdict-text', verdict)
        const found = await verify({ dashboardUrl, queryUrl })
        expect([what, ...found]).toEqual([what, ...findings.map((finding) => expect.stringMatching(finding))])
      }
      await pageText(page, '#path', /your service.*restarted 2×/)

      await own.write('exec sleep 1000')
      await own.crash()
      await untilState({ dashboardUrl }, 'unreachable')
      await pageText(page, '#reason', /^your service or its sidecar is down/)
      await fetch(`${dashboardUrl}/api/mesh/deny`, { method: 'POST' })
      await pageText(page, '#state-meaning', /your service never saw it/)
      expect(tab.errors).toEqual([])

      demo.kill('SIGINT')
      expect(await demo.ended).toBe(0)
      await pollUntil(async () => ((await own.left()).length === 0 ? true : undefined), {
        what: 'the end of every process of the command',
      })
    },
  )
}
