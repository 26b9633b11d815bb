// @ts-check

/**
 * A request as a command to paste into a POSIX shell.
 *
 * @param {string} url
 * @param {{ name: string, value: string }[]} [headers]
 * @returns {string}
 */
export function toCurl(url, headers = []) {
  const flags = headers.map(({ name, value }) => ` -H ${quote(`${name}: ${value}`)}`)
  return `curl -s${flags.join('')} ${quote(url)}`
}

/**
 * The call that a client span made: its own URL, with its outgoing trace headers. Null where no URL is known.
 *
 * @param {import('./trace-model.js').Row} row
 * @param {{ name: string, value: string }[]} sent
 * @returns {string | null}
 */
export function spanToCurl(row, sent) {
  const attribute = row.attributes.find(({ name }) => name === 'url.full' || name === 'http.url')
  const isHttp = attribute !== undefined && /^https?:\/\//.test(attribute.value)
  return row.kind === 'client' && isHttp ? toCurl(attribute.value, sent) : null
}

/**
 * Single quotes keep everything as it is; control characters have no place in a command line.
 *
 * @param {string} text
 */
function quote(text) {
  const printable = text.replace(/\p{Cc}+/gu, ' ')
  return /^[\w@%+=:,./?&-]+$/.test(printable) && !/[?&]/.test(printable)
    ? printable
    : `'${printable.replaceAll("'", String.raw`'\''`)}'`
}
