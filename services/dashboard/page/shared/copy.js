// @ts-check
import { byId, setText } from './dom.js'

const NOTICE_MS = 1500
/** Long enough to copy by hand if the browser does not let the page copy. */
const SHOWN_MS = 8000

/**
 * A button that copies a text and says so; where copying is not allowed, it shows the text instead.
 *
 * @param {HTMLElement} button
 * @param {() => string} text
 * @param {HTMLElement} [words] what says "Copied"; default the button's `span`, else the button
 */
export function copyFrom(button, text, words = button.querySelector('span') ?? button) {
  let label = ''
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  button.addEventListener('click', async () => {
    const copied = text()
    const done = await copyText(copied)
    if (timer === undefined) label = words.textContent ?? ''
    setText(words, done ? 'Copied' : copied)
    setText(byId('announcer'), done ? 'Copied.' : `Copying is not allowed here: ${copied}`)
    clearTimeout(timer)
    timer = setTimeout(
      () => {
        setText(words, label)
        timer = undefined
      },
      done ? NOTICE_MS : SHOWN_MS,
    )
  })
}

/** @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
