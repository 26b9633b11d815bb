import type { Analysis } from '../evidence/analyse.ts'

export type FindingId = `TLV${number}`

/** `error`: the path does not work as it should. `warning`: it will not always. `note`: good to know. */
export type Level = 'error' | 'warning' | 'note'

/**
 * Where a fact comes from: `S` stored spans, `D` the difference between two probes, `W` what came over the wire, `E`
 * Envoy's admin interface. Repeats of one probe are one source.
 */
type Source = 'S' | 'D' | 'W' | 'E'

export type Mesh = 'istio' | 'consul' | 'envoy'

/** One way to repair it; without `mesh` and `language` it is for all. */
export interface Fix {
  mesh?: Mesh
  language?: string
  text: string
}

/** What a rule concludes about one hop. */
export interface Judgement {
  /** The app or proxy that breaks it, by its service name. */
  hop: string
  /** What was seen, as sentences without a full stop, the strongest first. */
  seen: string[]
  /** The cause, as a sentence without a full stop. */
  cause: string
  /** What proves it. */
  sources: Source[]
  /** Less or more severe than the rule is by default. */
  level?: Level
  /** The evidence is what `Rule.proof` demands for an error; default true. Where it is false it is only suspected. */
  proven?: boolean
  /** Between which two spans the trace breaks, by service; for the drawn path. */
  break?: { after: string; before: string }
  /** Language of the SDK of `hop`. */
  language?: string | null
  /** What would decide, where it is suspected. */
  decides?: string
}

/** One entry of the catalogue: the rule, and everything its page and `explain` say. */
export interface Rule {
  id: FindingId
  /** As a sentence about the hop, without it: "the app sends no context on". */
  title: string
  level: Level
  /** What makes it an error, or what it is told by. */
  proof: string
  /** Why it happens and how it shows, for a reader who has never seen it. Paragraphs. */
  explanation: string[]
  fixes: Fix[]
  /** Findings that are consequences of this one: they are not printed beside it, at the same hop or at all. */
  supersedes?: { id: FindingId; hop: 'same' | 'any' }[]
  judge: (analysis: Analysis) => Judgement[]
}
