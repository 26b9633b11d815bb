/** The two services of the application, and the names of their pods and identities. */
export type ServiceName = 'counting' | 'dashboard'
