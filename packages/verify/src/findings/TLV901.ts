import type { Rule } from './finding.ts'

export const TLV901: Rule = {
  id: 'TLV901',
  title: 'the trace backend is unreachable, or cannot search',
  level: 'note',
  proof: 'The reader’s own requests to the backend.',
  explanation: [
    'Without stored spans nothing is known about the path, and the exit code is 3 so that a pipeline does not pass because the backend was down. A backend that reads traces by id only (Tempo without search) shows the probe’s own trace but not its fragments: findings based on fragments are then at most suspected. A Zipkin or Tempo answers 404 for a trace that it does not have, as any other server does: where nothing is found, it is asked for a path that only such a backend has.',
  ],
  fixes: [
    {
      text: 'give the query address of the backend (Jaeger 16686, Zipkin 9411, Tempo 3200), credentials by --traces-header, a private CA by --traces-ca; or receive spans directly with --listen',
    },
  ],
  judge: ({ evidence: { backend } }) => {
    if (backend.failure !== null) {
      return [
        {
          hop: 'the trace backend',
          seen: [backend.failure],
          cause: 'no stored span could be read',
          sources: [],
        },
      ]
    }
    if (backend.searchable) return []
    return [
      {
        hop: 'the trace backend',
        seen: [`${backend.kind} is read by trace id only`],
        cause: 'fragments of a request in other traces are not seen',
        sources: [],
      },
    ]
  },
}
