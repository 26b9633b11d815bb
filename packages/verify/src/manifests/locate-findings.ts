import { kindOf, objectName } from '../cluster/kube-objects.ts'
import type { ObjectLine } from '../findings/finding.ts'
import type { Report } from '../report/report.ts'
import type { ManifestObject } from './manifest-object.ts'

/** Adds to each finding the file and the line of its object, where one of these files has it. */
export function locateFindings(report: Report, objects: readonly ManifestObject[]): Report {
  const findings = report.findings.map((finding) => {
    const found = finding.object && find(objects, finding.object)
    return found === undefined || found === null ? finding : { ...finding, location: found }
  })
  return { ...report, findings }
}

function find(objects: readonly ManifestObject[], { kind, name, field }: ObjectLine) {
  const own = objects.find(({ object }) => kindOf(object) === kind && objectName(object) === name)
  if (own !== undefined) return { file: own.file, line: own.lineOf(field) }
  // A pod of a cluster is named after the workload whose template it is made of.
  const workload =
    kind === 'Pod'
      ? objects.find(
          ({ object }) => 'spec' in object && TEMPLATED.has(kindOf(object)) && isMadeOf(name, objectName(object)),
        )
      : undefined
  return workload && { file: workload.file, line: workload.lineOf(`spec.template.${field}`) }
}

const TEMPLATED = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

/** `shop/cart-6c5f7-9kq2l` of `shop/cart`, not `shop/cart-admin-6c5f7-9kq2l`. */
const isMadeOf = (pod: string, workload: string): boolean =>
  pod.startsWith(`${workload}-`) &&
  /^(\d+|[a-z0-9]{5}|[a-z0-9]{5,10}-[a-z0-9]{5})$/.test(pod.slice(workload.length + 1))
