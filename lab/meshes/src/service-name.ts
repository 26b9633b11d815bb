/** The two services of the application, and the names of their pods and identities. */
export const serviceNames = ['counting', 'dashboard'] as const
export type ServiceName = (typeof serviceNames)[number]

/** A sidecar goes by the name of the service that it stands beside. */
export type SidecarName = ServiceName
