/** `usage`: a name that does not exist; `forbidden`: a right is missing; `access`: anything else, such as a cluster that is down. */
type Kind = 'usage' | 'forbidden' | 'access'

/** Why a cluster can't be used. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError'
  readonly kind: Kind

  constructor(kind: Kind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
