/** The mesh's claims that a probe of the bypass is compared with. */
export interface MeshClaim {
  /** Whether the rule allows the dashboard to call counting; null = the mesh does not say. */
  access: 'allowed' | 'denied' | null
  /** Whether the bypass of the sidecar is closed, and by what; null = the mesh does not say. */
  bypass: { closed: boolean; reason: string } | null
}

export const NO_CLAIM: MeshClaim = { access: null, bypass: null }

/** Reads a status of the control API; a missing or malformed part is no claim. */
export function parseMeshClaim(status: unknown): MeshClaim {
  const { access, bypass } = (status ?? {}) as { access?: unknown; bypass?: unknown }
  const { closed, reason } = (bypass ?? {}) as { closed?: unknown; reason?: unknown }
  return {
    access: access === 'allowed' || access === 'denied' ? access : null,
    bypass:
      typeof closed === 'boolean' ? { closed, reason: typeof reason === 'string' ? reason.slice(0, 300) : '' } : null,
  }
}
