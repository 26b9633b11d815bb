import type { Analysis } from '../evidence/analyse.ts'

export type FindingId = `TLV${number}`

/** `error`: the path does not work. `warning`: it may fail. `note`: good to know. */
export type Level = 'error' | 'warning' | 'note'

/**
 * The source of a fact: `S` stored spans, `D` the difference between two probes, `W` the wire, `E` Envoy's admin
 * interface, `C` objects of the mesh, `K` those of Kubernetes. Repeats of one probe are one source.
 */
type Source = 'S' | 'D' | 'W' | 'E' | 'C' | 'K'

export type Mesh = 'istio' | 'consul' | 'envoy'

/** One way to repair it; without `mesh` and `language` it applies to all. */
export interface Fix {
  mesh?: Mesh
  language?: string
  text: string
}

/** A Kubernetes object, and the line of it. */
export interface ObjectLine {
  kind: string
  /** `namespace/name`. */
  name: string
  /** `spec.rules[0]`. */
  field: string
}

/** What a rule concludes about one hop. */
export interface Judgement {
  /** The app or proxy that breaks it, by its service name. */
  hop: string
  /** The evidence, as sentences without a full stop, the strongest first. */
  seen: string[]
  /** The cause, as a sentence without a full stop. */
  cause: string
  /** The sources that prove it. */
  sources: Source[]
  /** Overrides the rule's default severity. */
  level?: Level
  /** The evidence is what `Rule.proof` demands for an error; default true. If false, the finding is only suspected. */
  proven?: boolean
  /** The object that has to change, or that decides. */
  object?: ObjectLine
  /** The fix for exactly this case, before those of the rule. */
  fix?: string
  /** Between which two spans the trace breaks, by service; for the drawn path. */
  break?: { after: string; before: string }
  /** Language of the SDK of `hop`. */
  language?: string | null
  /** What would decide a suspected finding. */
  decides?: string
}

/** One entry of the catalogue: the rule, and everything its page and `explain` say. */
export interface Rule {
  id: FindingId
  /** A sentence about the hop, without its name: "the app does not propagate context". */
  title: string
  level: Level
  /** The required proof, or the sign. */
  proof: string
  /** Why it happens and how it shows, for a first-time reader. Paragraphs. */
  explanation: string[]
  fixes: Fix[]
  /** Findings that are consequences of this one: they are not printed with it, at the same hop or at all. */
  supersedes?: { id: FindingId; hop: 'same' | 'any' }[]
  /** It has something to say about files of manifests alone. */
  judgesFiles?: true
  judge: (analysis: Analysis) => Judgement[]
}
