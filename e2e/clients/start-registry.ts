import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { findNode, findVerdaccio, takeFreePort } from '@throughline/lab-programs'
import { pollUntil, temporaryFolder } from '@throughline/lab-testkit'

/** A registry of this machine. Our packages come from it alone; it fetches all others from the user's own registry. */
export interface Registry extends AsyncDisposable {
  readonly url: string
  /** Settings of npm for a project that uses it, and that may publish there. */
  readonly npmrc: string
}

/** Starts Verdaccio, empty. */
export async function startRegistry(): Promise<Registry> {
  const folder = await temporaryFolder()
  const port = await takeFreePort()
  const url = `http://127.0.0.1:${port}`
  const uplink = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const ours = { access: '$all', publish: '$all' }
  const config = {
    storage: path.join(folder.path, 'storage'),
    uplinks: { user: { url: uplink, timeout: '60s' } },
    packages: { '@throughline/*': ours, throughline: ours, '**': { access: '$all', proxy: 'user' } },
    log: { type: 'stdout', format: 'json', level: 'warn' },
  }
  const file = path.join(folder.path, 'config.yaml')
  await fs.writeFile(file, JSON.stringify(config))
  const args = [await findVerdaccio(), '--config', file, '--listen', url]
  const child = spawn(await findNode('24.21.0'), args, { cwd: folder.path, stdio: 'ignore' })
  const exited = once(child, 'exit')
  const isUp = async (): Promise<true | undefined> =>
    (await fetch(`${url}/-/ping`).catch(() => undefined))?.ok === true ? true : undefined
  await pollUntil(isUp, { deadline: 30_000, what: 'the registry' })
  return {
    url,
    // It publishes for everyone, but npm publishes for no one without a token.
    npmrc: `registry=${url}/\n//127.0.0.1:${port}/:_authToken=any\n`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
      await folder[Symbol.asyncDispose]()
    },
  }
}
