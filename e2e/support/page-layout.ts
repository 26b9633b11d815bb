import fs from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * Faults that bounding boxes show: parts that overlap, text that is cut off, a choice wider than its select, a word that
 * breaks anywhere but after its punctuation, anything outside the window, and anything that moves. Text with an ellipsis is
 * shortened on purpose and left out, as are words that are wider than their place.
 */
const FIND_FAULTS = `(() => {
  const faults = []
  const name = (e) => (e.id ? '#' + e.id : e.tagName.toLowerCase() + '.' + e.getAttribute('class')) + ' ' + (e.textContent || '').trim().slice(0, 30)
  const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !e.closest('.visually-hidden, .sprite')
  const width = document.documentElement.clientWidth
  for (const { playState, effect } of document.getAnimations()) if (playState === 'running') faults.push('moves: ' + name(effect.target))
  if (document.documentElement.scrollWidth > width) faults.push('the page scrolls sideways')
  const count = document.querySelector('#count')
  const boxes = [[count, count.getBoundingClientRect()]]
  const texts = [...document.querySelectorAll('body *')].filter((e) => seen(e) && !e.closest('svg, option, .requests, .hop-scroll, #count') && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
  for (const e of texts) {
    const range = document.createRange()
    range.selectNodeContents(e)
    const whole = e.tagName === 'SELECT' || e.tagName === 'BUTTON'
    // Text that wraps has a box for each line; the box around them all would cover its neighbours.
    const lines = (whole ? [e.getBoundingClientRect()] : [...range.getClientRects()]).filter((box) => box.width > 0)
    if (lines.some((box) => box.left < -1 || box.right > width + 1)) faults.push('outside the window: ' + name(e))
    const style = getComputedStyle(e)
    if (style.textOverflow !== 'ellipsis' && style.overflow !== 'visible' && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)) faults.push('cut off: ' + name(e))
    for (const box of lines) boxes.push([e, box])
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const e = text.parentElement
    if (!seen(e) || e.closest('svg, select, .requests')) continue
    for (const { index, 0: word } of text.data.matchAll(/[^\\s./,=_:&?~|!}…—-]+/g)) {
      const range = document.createRange()
      range.setStart(text, index)
      range.setEnd(text, index + word.length)
      const parts = [...range.getClientRects()]
      let block = e
      while (getComputedStyle(block).display === 'inline') block = block.parentElement
      const { paddingLeft, paddingRight } = getComputedStyle(block)
      const room = block.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
      const fits = parts.reduce((sum, box) => sum + box.width, 0) < room
      if (fits && new Set(parts.map((box) => Math.round(box.top))).size > 1) faults.push('breaks inside a word: ' + word + ' in ' + name(e))
    }
  }
  const ink = document.createElement('canvas').getContext('2d')
  for (const e of document.querySelectorAll('select')) {
    // Large text: a select can't wrap its choice, and its list shows all of it.
    if (!seen(e) || document.documentElement.style.fontSize !== '') continue
    const style = getComputedStyle(e)
    ink.font = style.font
    const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
    for (const { text } of e.options) if (ink.measureText(text).width > room + 0.5) faults.push('cut off: "' + text + '" in ' + name(e))
  }
  for (const e of document.querySelectorAll('.panel, .now, .tour')) for (const inner of e.querySelectorAll('button, select, .switch, code')) {
    if (!seen(inner) || inner.closest('.hop-scroll, .requests')) continue
    const [a, b] = [e.getBoundingClientRect(), inner.getBoundingClientRect()]
    if (b.right > a.right + 1 || b.left < a.left - 1) faults.push('sticks out of its panel: ' + name(inner))
  }
  for (const [i, [a, x]] of boxes.entries()) for (const [b, y] of boxes.slice(i + 1)) {
    if (a.contains(b) || b.contains(a)) continue
    const across = Math.min(x.right, y.right) - Math.max(x.left, y.left)
    const down = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top)
    // Line boxes are taller than their letters.
    if (across > 1.5 && down > 4) faults.push('overlap: ' + name(a) + ' | ' + name(b))
  }
  return faults
})()`

/** What moved before it should not any more has a second to end. */
const STOP_MOVING = `Promise.race([new Promise((done) => setTimeout(done, 1500)), Promise.allSettled(document.getAnimations().map(({ finished }) => finished))])`

/** Parts of cause and effect that exist but are not visible without scrolling. */
const FIND_OFF_STAGE = `(() => {
  scrollTo(0, 0)
  const parts = ['#count', '#state-label', '#path', '#rows tr', '#gone-rows tr', '#send', '#access', '#propagation', '#tracer', '#fault', '#bypass-probe']
  return parts.flatMap((part) => [...document.querySelectorAll(part)].flatMap((e) => {
    const box = e.getBoundingClientRect()
    const outside = box.top < 0 || box.bottom > innerHeight + 0.5 || box.right > innerWidth + 0.5
    return e.checkVisibility() && outside ? [part + ' at ' + Math.round(box.top) + ' to ' + Math.round(box.bottom)] : []
  }))
})()`

/** Font sizes in pixels of what must be readable from ten metres. */
const TYPE_SIZES = `Object.fromEntries([['count', '#count'], ['state', '#state-label'], ['hop', '.hop-name']].map(([key, part]) => [key, parseFloat(getComputedStyle(document.querySelector(part)).fontSize)]))`

const sizes = [
  [360, 740],
  [768, 1024],
  [1280, 720],
  [1366, 768],
  [1600, 900],
  [1920, 1080],
  [3840, 2160],
] as const

/**
 * Nothing overlaps, is cut off, sticks out or moves at any size, light and dark, with reduced motion; from 1280×720 up, cause
 * and effect are on one screen; count, state and hops are readable from ten metres at 1920×1080.
 */
export async function expectLayout(page: Page, when: string, only: readonly number[] = []): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.evaluate(STOP_MOVING)
  for (const [width, height] of sizes) {
    if (only.length > 0 && !only.includes(width)) continue
    await page.setViewportSize({ width, height })
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const faults = await page.evaluate<string[]>(FIND_FAULTS)
      const offStage = width < 1280 ? [] : await page.evaluate<string[]>(FIND_OFF_STAGE)
      const seen = { when, width, colorScheme }
      expect({ ...seen, faults, offStage }).toEqual({ ...seen, faults: [], offStage: [] })
    }
    if (width !== 1920) continue
    const { count = 0, state = 0, hop = 0 } = await page.evaluate<Record<string, number>>(TYPE_SIZES)
    expect([count >= 60, state >= 44, hop >= 22]).toEqual([true, true, true])
  }
}

/** Narrow screens, and text as large as WCAG 1.4.4 and 1.4.10 ask for; colours take turns. */
const textSizes = [
  { width: 320, text: 100, colorScheme: 'light' },
  { width: 320, text: 150, colorScheme: 'dark' },
  { width: 320, text: 200, colorScheme: 'light' },
  { width: 360, text: 150, colorScheme: 'light' },
  { width: 360, text: 200, colorScheme: 'dark' },
  { width: 768, text: 200, colorScheme: 'light' },
  { width: 1280, text: 150, colorScheme: 'dark' },
  { width: 1280, text: 200, colorScheme: 'light' },
] as const

/** With text of up to twice its size, and on narrow screens, nothing scrolls sideways, overlaps, sticks out or is cut off. */
export async function expectReflow(page: Page, when: string): Promise<void> {
  for (const { width, text, colorScheme } of textSizes) {
    await page.setViewportSize({ width, height: 740 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.evaluate(`document.documentElement.style.fontSize = '${text}%'`)
    const faults = await page.evaluate<string[]>(FIND_FAULTS)
    expect({ when, width, text, faults }).toEqual({ when, width, text, faults: [] })
  }
  await page.evaluate(`document.documentElement.style.fontSize = ''`)
}

/** axe finds nothing, light and dark. */
export async function expectAccessible(page: Page, when: string, width = 1280): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.setViewportSize({ width, height: 720 })
    // Without motion: a colour in transition has no contrast to measure.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The page's own policy forbids inline scripts, so axe is injected through the debugger.
    const { violations } = await page.evaluate<{ violations: { id: string; nodes: { target: string[] }[] }[] }>(
      `${axe}; axe.run()`,
    )
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
    expect({ when, width, colorScheme, found }).toEqual({ when, width, colorScheme, found: [] })
  }
}
