/** Every error of the lab, by code. `docs/reference/errors.md` is generated from this table. */
export const labErrorCodes = {
  TL_BINARY_INVALID: 'A program named by a variable is not there, cannot be run, or is not what its checksum says.',
  TL_BINARY_MISSING: 'A program was not found on this machine and could not be fetched.',
  TL_BAD_REQUEST: 'A request to the control API is malformed.',
  TL_BUILD_FAILED: 'A program could not be built with the Go of this machine.',
  TL_CACHE_NOT_WRITABLE: 'The folder for fetched programs cannot be written.',
  TL_TRACE_BACKEND_INVALID: 'The address of the trace backend is not one the sidecars can report to.',
  TL_TRACE_BACKEND_UNREACHABLE: 'The trace backend does not answer at the address given.',
  TL_MESH_CONFIG_INVALID: 'A mesh configuration file and the values for it do not fit together.',
  TL_MESH_UPDATE_REJECTED: 'A sidecar refused a new configuration and kept the one it had.',
  TL_MESH_UPDATE_TIMEOUT: 'A sidecar did not take a new configuration in time.',
  TL_NOT_BUILT: 'A service has not been built.',
  TL_NOT_FOUND: 'The control API has no such path.',
  TL_METHOD_NOT_ALLOWED: 'The control API has the path, but not for this method.',
  TL_PORT_IN_USE: 'Another program listens on a port the lab needs.',
  TL_PROGRAM_FAILED: 'A program ended or stayed silent while the lab waited for it to be ready.',
  TL_UNAUTHORIZED: 'The control API was called without its token.',
  TL_USAGE: 'A command line or environment value is not acceptable.',
  TL_INTERNAL: 'A fault in the lab itself.',
} as const satisfies Record<`TL_${string}`, string>

export type LabErrorCode = keyof typeof labErrorCodes

/** An error that a person can act on: its message is complete without a stack. */
export class LabError extends Error {
  readonly code: LabErrorCode

  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LabError'
    this.code = code
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
