import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { trackedFiles } from './tracked-files.mjs'

const root = path.dirname(import.meta.dirname)
const words = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, 'words.json'), 'utf8')) as Record<
  string,
  string
>

/** Texts of others, recorded data, and the list itself. */
const FOREIGN_FILES =
  /^(package-lock\.json|LICENSE|scripts\/words\.json|lab\/programs\/go\/|docs\/reference\/data\/|e2e\/compose\/compose-spec)|\.(png|msgpack|svg)$/

/** A phrase as a whole, also as a part of a camelCase name, in any case, over a line break of prose. */
function patternOf(word: string): RegExp {
  const parts = word.split(' ').join(String.raw`\s+(?:[*#/]+\s+)?`)
  const capital = word[0]?.toUpperCase() + word.slice(1)
  return /^[a-z]+(?:[A-Z][a-z]+)+$/.test(word)
    ? new RegExp(`${word}|${capital}`, 'g')
    : new RegExp(String.raw`(?<![\p{L}])${parts}(?![\p{L}])`, 'giu')
}

function sentencesWith(text: string): string[] {
  return Object.entries(words).flatMap(([word, instead]) =>
    [...text.matchAll(patternOf(word))].map(({ index, 0: found }) => {
      const line = text.slice(0, index).split('\n').length
      return `${line}: "${found}"; write: ${instead}`
    }),
  )
}

describe('the words that are not used', () => {
  it.each([
    ['Somebody else', 1],
    ['are let\n * pass', 1],
    ['a mend', 1],
    ['recommend, amend', 0],
    ['onWhenDone', 1],
    ['someone', 0],
  ])('are found in %j: %i', (text, count) => {
    expect(sentencesWith(text)).toHaveLength(count)
  })

  const files = trackedFiles().filter((file) => !FOREIGN_FILES.test(file))

  it('occur in no file and in no file name', () => {
    const found = files.flatMap((file) => {
      if (file === 'scripts/words.test.ts') return []
      const text = fs.readFileSync(path.join(root, file), 'utf8')
      return [...sentencesWith(text), ...sentencesWith(file.replaceAll('/', ' '))].map((hit) => `${file}:${hit}`)
    })
    expect(found).toEqual([])
  })
})
