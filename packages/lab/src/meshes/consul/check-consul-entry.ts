import { LabError } from '../../errors.ts'

/** A config entry as `PUT /v1/config` takes it. */
export interface ConsulEntry {
  kind: string
  name?: string
  [field: string]: unknown
}

/** @throws LabError TL_MESH_CONFIG_INVALID */
export function checkConsulEntry(entry: ConsulEntry): void {
  if (entry.kind === '') throw new LabError('TL_MESH_CONFIG_INVALID', 'an entry has no kind')
}
