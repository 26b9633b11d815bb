// @ts-check
import { requestJson } from '../shared/api.js'
import { drawNamedFinding, parseNamedFinding } from '../findings/named-finding.js'
import { copyFrom } from '../shared/copy.js'
import { byId, create, createIcon, setName, setText } from '../shared/dom.js'
import { formatClock } from '../shared/format.js'
import { isRecord, parseErrorMessage, parseText } from '../shared/wire.js'

/**
 * @typedef {{ question: string, verdict: 'good' | 'bad' | 'unknown', found: string, command: string, finding:
 * import('../findings/named-finding.js').NamedFinding | null }} Check
 */

const icons = { good: 'icon-check', bad: 'icon-cross', unknown: 'icon-question' }
const words = { good: 'In order', bad: 'Not in order', unknown: 'Unknown' }

/** The checks of the mesh: run on demand, since one of them increments the count. */
export function createChecksView() {
  const button = byId('checks-run')
  const list = byId('checks')
  const note = byId('checks-note')
  let running = false

  const run = async () => {
    if (running) return
    running = true
    button.setAttribute('aria-disabled', 'true')
    setText(note, 'Checking…')
    const answer = await requestJson('/api/checks', { method: 'POST', timeoutMs: 20_000 })
    running = false
    button.setAttribute('aria-disabled', 'false')
    if (answer.kind === 'lost') {
      setName(note, `The checks did not run: ${answer.reason}`)
      return
    }
    const checks = parseChecks(answer.body)
    if (checks.length === 0) {
      setName(note, parseErrorMessage(answer.body) ?? 'The checks gave no result.')
      return
    }
    list.replaceChildren(...checks.map(drawCheck))
    list.hidden = false
    const bad = checks.filter(({ verdict }) => verdict === 'bad').length
    const result = bad === 0 ? 'none out of order' : `${bad} not in order`
    setText(note, `${checks.length} checks at ${formatClock(new Date())}: ${result}.`)
  }
  button.addEventListener('click', run)
}

/** @param {Check} check */
function drawCheck({ question, verdict, found, command, finding }) {
  const copy = create('button', { class: 'button button-small', text: 'Copy' })
  copy.type = 'button'
  copy.setAttribute('aria-label', `Copy the command for: ${question}`)
  copyFrom(copy, () => command)
  const item = create('li', { class: 'check' }, [
    create('span', { class: 'check-verdict' }, [createIcon(icons[verdict]), create('span', { text: words[verdict] })]),
    create('div', { class: 'check-words' }, [
      create('h3', { class: 'check-question', text: question }),
      setName(create('p', { class: 'check-found' }), found),
      ...(finding === null ? [] : [create('p', { class: 'check-found' }, [drawNamedFinding(finding)])]),
      create('p', { class: 'command' }, [setName(create('code'), command), copy]),
    ]),
  ])
  item.dataset['verdict'] = verdict
  return item
}

/**
 * @param {unknown} body
 * @returns {Check[]}
 */
function parseChecks(body) {
  const results = isRecord(body) && Array.isArray(body['results']) ? body['results'] : []
  return results.slice(0, 30).flatMap((item) => {
    if (!isRecord(item)) return []
    const question = parseText(item['question'], 200)
    const { verdict } = item
    if (question === null || (verdict !== 'good' && verdict !== 'bad' && verdict !== 'unknown')) return []
    return [
      {
        question,
        verdict,
        found: parseText(item['found'], 500) ?? '',
        command: parseText(item['command'], 500) ?? '',
        finding: parseNamedFinding(item['finding']),
      },
    ]
  })
}
