import type { Rule } from './finding.ts'
import { countProbes } from './support.ts'

export const TLV204: Rule = {
  id: 'TLV204',
  title: 'something in front says “not sampled”',
  level: 'warning',
  proof: 'A comparison of requests: the public URL leaves no span, the same request behind the edge (--inside) does.',
  explanation: [
    'A CDN, a load balancer or a gateway in front of the mesh writes its own trace context with the flag 00, or strips the caller’s and decides against tracing. Everything behind it follows.',
  ],
  fixes: [
    {
      text: 'raise the sampling rate of the edge, or have it forward the caller’s context; where it only adds headers, remove traceparent and x-b3-* there',
    },
  ],
  judge: (analysis) => {
    const inside = analysis.of('inside')
    const outside = analysis.of('w3c', 'b3', 'both', 'w3c-forced')
    if (inside.length === 0 || outside.length === 0) return []
    if (inside.some(({ nodes }) => nodes.length === 0) || outside.some(({ nodes }) => nodes.length > 0)) return []
    return [
      {
        hop: 'the edge',
        seen: [
          `${countProbes(0, outside.length)} of the public URL left a span`,
          `${countProbes(inside.length, inside.length)} behind the edge did`,
        ],
        cause:
          'between the public URL and the address inside, the request is marked as not sampled or loses its context',
        sources: ['S', 'D'],
      },
    ]
  },
}
