/** The environment has settings that telemetry can't apply. One error names every bad variable. */
export class TelemetryConfigError extends Error {
  override readonly name = 'TelemetryConfigError'
  readonly code = 'TL_TELEMETRY_CONFIG'
  /** One sentence for each bad variable, naming it, its value and what is valid. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Telemetry can't start: ${problems.join('; ')}`)
    this.problems = problems
  }
}
