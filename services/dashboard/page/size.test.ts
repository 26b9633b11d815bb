import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'

const folder = import.meta.dirname
const files = fs
  .readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
  .map((entry) => path.join(entry.parentPath, entry.name))
const read = (file: string) => fs.readFileSync(file)

describe('the page', () => {
  it('is less than 100 kB in total, compressed', () => {
    const bytes = files.reduce((sum, file) => sum + zlib.gzipSync(read(file)).length, 0)
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(100_000)
  })

  it('requests nothing from another origin, and has no inline script or style', () => {
    for (const file of files) {
      const text = read(file).toString()
      const elsewhere = [...text.matchAll(/(?:src|href|url|import|from)\s*[=(]?\s*["'](?:https?:)?\/\/[^"']+/g)]
      expect([path.basename(file), elsewhere.map(([found]) => found)]).toEqual([path.basename(file), []])
    }
    const page = read(path.join(folder, 'index.html')).toString()
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/)
  })

  it('writes text as text, and never parses a string as markup', () => {
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      expect(read(file).toString()).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/,
      )
    }
  })
})
