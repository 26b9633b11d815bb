import type { FindingId, Fix, Rule } from './finding.ts'

/** What a check or a problem of one trace refers to in the catalogue. */
export interface NamedFinding {
  id: FindingId
  title: string
  /** The line that repairs it, as a sentence without a full stop. */
  fix: string
  /** Its page, relative to the repository. */
  docs: string
}

/**
 * @param finding a rule, or what it found
 * @param language of the hop's SDK: a fix for it comes first; default none
 */
export function nameFinding(
  finding: Pick<Rule, 'id' | 'title' | 'fixes'>,
  language: string | null = null,
): NamedFinding {
  const { id, title, fixes } = finding
  const own = (fix: Fix): boolean => fix.mesh === undefined && fix.language === language && language !== null
  const fix =
    fixes.find(own) ?? fixes.find((each) => each.mesh === undefined && each.language === undefined) ?? fixes[0]
  return { id, title, fix: fix?.text ?? '', docs: `docs/findings/${id}.md` }
}
