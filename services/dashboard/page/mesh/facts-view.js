// @ts-check
import { byId, create, createIcon, setText } from '../shared/dom.js'

/**
 * Where the page comes from, which mesh it talks of, and that mesh's own pages.
 *
 * @param {import('../shared/wire.js').Config | undefined} config
 * @param {import('./parse-mesh-status.js').MeshStatus | null} mesh
 */
export function drawFacts(config, mesh) {
  const words = mesh === null ? [] : [mesh.mesh, `tracer ${mesh.tracer}`]
  setText(
    byId('facts-text'),
    [...(config === undefined ? [] : [`dashboard on ${config.hostname}`]), ...words].join(' · '),
  )
  const list = byId('facts-links')
  const links = mesh?.links ?? []
  const shape = JSON.stringify(links)
  if (list.dataset['links'] === shape) return
  list.dataset['links'] = shape
  list.hidden = links.length === 0
  list.replaceChildren(
    ...links.map(({ label, url }) => {
      const link = create('a', { class: 'bar-link' }, [create('span', { text: label }), createIcon('icon-open')])
      Object.assign(link, { href: url, target: '_blank', rel: 'noopener noreferrer' })
      return create('li', {}, [link])
    }),
  )
}
