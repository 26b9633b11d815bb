/** A refusal in the wording of the Kubernetes API. */
export class KubeError extends Error {
  /** HTTP status. */
  readonly code: number
  /** Machine-readable reason: `NotFound`, `AlreadyExists`, `Conflict` … (apimachinery `metav1.StatusReason`). */
  readonly reason: string

  constructor(code: number, reason: string, message: string) {
    super(message)
    this.name = 'KubeError'
    this.code = code
    this.reason = reason
  }

  /** The `Status` object that clients read. */
  toStatus(): object {
    const { code, reason, message } = this
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message }
  }
}

export function notFound(what: string): KubeError {
  return new KubeError(404, 'NotFound', `${what} not found`)
}

export function badRequest(message: string): KubeError {
  return new KubeError(400, 'BadRequest', message)
}
