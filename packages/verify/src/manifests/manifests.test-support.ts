import type { Buffer } from 'node:buffer'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { catalogue } from '../findings/catalogue.ts'
import { formatWhere } from '../report/format-object.ts'
import { createReport, type Report } from '../report/report.ts'
import { locateFindings } from './locate-findings.ts'
import { evidenceOf, loadManifests } from './read-manifests.ts'

export const filesRules = catalogue.filter(({ judgesFiles }) => judgesFiles)

/** A folder with these files, by path in it. */
export async function folderWith(files: Record<string, string | Buffer>) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-manifests-'))
  for (const [name, text] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await fs.writeFile(path.join(folder, name), text)
  }
  return { folder, [Symbol.asyncDispose]: () => fs.rm(folder, { recursive: true }) }
}

/** What `--manifests` says of a folder or file. */
export async function reportOf(from: string): Promise<Report> {
  const loaded = await loadManifests(from, 'shop')
  const evidence = await evidenceOf(from, loaded, 'shop')
  return locateFindings(createReport(evidence, { rules: filesRules }), loaded.objects)
}

/** Findings at warning or above, each with its object, file and line. */
export async function foundIn(files: Record<string, string>): Promise<string[]> {
  await using made = await folderWith(files)
  const { findings } = await reportOf(made.folder)
  return findings
    .filter(({ level }) => level !== 'note')
    .map((finding) => {
      const { id, suspected, level } = finding
      return `${id} ${suspected ? 'suspected' : level} ${formatWhere(finding)?.replace(`${made.folder}/`, '')}`
    })
}

/** A Deployment of one container, in flow style where fields are added. */
export const app = (name: string, { labels = '', annotations = '', env = '', port = 'http' } = {}): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata:
      labels: { app: ${name}${labels} }
      annotations: { team: shop${annotations} }
    spec:
      serviceAccountName: ${name}
      containers:
        - name: app
          image: shop/${name}
          ports: [{ name: ${port}, containerPort: 8080 }]
          env: [{ name: LOG_LEVEL, value: info }${env}]
`
/** Its Service. */
export const service = (name: string, { port = 'name: http', selector = name, target = '8080' } = {}): string => `
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { app: ${selector} }
  ports:
    - port: 80
      targetPort: ${target}
      ${port}
`
