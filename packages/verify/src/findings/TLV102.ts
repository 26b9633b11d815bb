import { formatsRead } from '../evidence/formats.ts'
import type { Rule } from './finding.ts'
import { openCalls } from './open-calls.ts'
import { PROPAGATOR_FIXES } from './propagator-fixes.ts'
import { countProbes, formatMs, nameSpan } from './support.ts'

export const TLV102: Rule = {
  id: 'TLV102',
  title: 'the app does not read context',
  level: 'error',
  proof:
    'Stored spans and a comparison of probes: a proxy’s SERVER span contains an app’s span that begins a trace, with a W3C-only and with a B3-only probe alike.',
  explanation: [
    'The sidecar forwards the request to its app with trace headers, and the app starts a new trace. Either no propagator is set, or the SDK was loaded after the framework and its server is not instrumented, so a later span finds no parent.',
    'In the backend the proxy’s SERVER span has no child, and inside it in time lies the first span of another trace.',
  ],
  fixes: PROPAGATOR_FIXES,
  judge: (analysis) =>
    openCalls(analysis, ['proxy-app']).flatMap(({ links, paths, certain, bothFormats }) => {
      const [link] = links
      if (link === undefined) return []
      const { host, root } = link
      const hop = root.span.service
      // An app that joins a probe of one format does read: its sidecar speaks another one.
      const reads = formatsRead(analysis, ({ span }) => !span.proxy && span.service === hop)
      if (reads.size > 0) return []
      return [
        {
          hop,
          seen: [
            `${nameSpan(host)} (${formatMs(host.span.durationUs)}) contains a separate trace that begins at ${nameSpan(root)} (${formatMs(root.span.durationUs)}), ${countProbes(paths.length, paths.length)}`,
            ...(bothFormats ? ['neither a caller that sends W3C nor one that sends B3 becomes its parent'] : []),
          ],
          cause: `${hop} ignores the trace headers that ${host.span.service} sends with the request`,
          sources: bothFormats ? ['S', 'D'] : ['S'],
          proven: bothFormats && certain,
          decides: 'probes at a quiet time: other requests overlap, and their spans can’t be told from these',
          break: { after: host.span.service, before: hop },
          language: root.span.language,
        },
      ]
    }),
}
