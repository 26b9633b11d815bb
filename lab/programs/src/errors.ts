import type { ErrorCatalogue } from '@throughline/service-kit/errors'

/**
 * Every error of the lab; the status is that of the control API's answer. `docs/reference/errors.md` is generated from
 * this table, and a test keeps its codes apart from those of the services.
 */
export const labErrors = {
  TL_BINARY_INVALID: {
    status: 500,
    meaning: 'a program named by a variable is missing, does not run, or has the wrong checksum',
  },
  TL_BINARY_MISSING: { status: 500, meaning: 'a program is not on this machine and could not be fetched' },
  TL_BUILD_FAILED: { status: 500, meaning: 'a program could not be built with the Go of this machine' },
  TL_CACHE_NOT_WRITABLE: { status: 500, meaning: 'the folder for fetched programs cannot be written' },
  TL_CACHE_UNTRUSTED: {
    status: 500,
    meaning: 'a fetched or built program belongs to another user, can be written by others, or has changed',
  },
  TL_CONTROL_BAD_REQUEST: {
    status: 400,
    meaning: 'a request to the control API is malformed, or names an unknown setting',
  },
  TL_CONTROL_HOST: {
    status: 403,
    meaning: 'the Host header is not a name of the control API (DNS rebinding); ALLOWED_HOSTS adds one',
  },
  TL_CONTROL_METHOD: { status: 405, meaning: 'the control API has this path, but for another method' },
  TL_CONTROL_NOT_FOUND: { status: 404, meaning: 'the control API has no such path' },
  TL_CONTROL_ORIGIN: { status: 403, meaning: 'a page of another origin called the control API' },
  TL_CONTROL_TOO_LARGE: { status: 413, meaning: 'a body is longer than the control API reads' },
  TL_CONTROL_UNAUTHORIZED: { status: 401, meaning: 'the control API was called without its token' },
  TL_DISK_FULL: { status: 500, meaning: 'no space is left for fetched programs or temporary files' },
  TL_LAB_INTERNAL: { status: 500, meaning: 'a defect of the lab itself' },
  TL_LAB_PORT_IN_USE: { status: 500, meaning: 'another program listens on a port that the lab needs' },
  TL_MESH_CONFIG_INVALID: { status: 500, meaning: 'a mesh file and its values do not match' },
  TL_MESH_UPDATE_REJECTED: {
    status: 502,
    meaning: 'a sidecar or control plane refused a configuration and kept the last one',
  },
  TL_MESH_UPDATE_TIMEOUT: { status: 504, meaning: 'a new configuration was not in force in time' },
  TL_NOT_BUILT: { status: 500, meaning: 'a service has not been built' },
  TL_PROGRAM_FAILED: { status: 500, meaning: 'a program ended, or did not become ready in time' },
  TL_TEMPORARY_FOLDER: { status: 500, meaning: 'the folder for temporary files is missing or cannot be written' },
  TL_TOO_MANY_FILES: { status: 500, meaning: 'the process may not open as many files as it needs' },
  TL_TRACE_BACKEND_INVALID: {
    status: 500,
    meaning: 'the address of the trace backend is not one that sidecars can report to',
  },
  TL_TRACE_BACKEND_UNREACHABLE: { status: 500, meaning: 'the trace backend does not answer at its address' },
  TL_USAGE: { status: 500, meaning: 'a flag or a variable has an invalid value' },
} as const satisfies ErrorCatalogue

export type LabErrorCode = keyof typeof labErrors

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
