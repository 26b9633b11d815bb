/** What a user or a terminal ends a command with. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
