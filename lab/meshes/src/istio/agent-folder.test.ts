import { describe, expect, it } from 'vitest'
import { editTemplate } from './agent-folder.ts'

const TEMPLATE = `{
  "layers": [{ "name": "admin", "admin_layer": {} }],
  "admin": {
    "address": { "socket_address": { "address": "{{ .wildcard }}", "port_value": {{ .config.ProxyAdminPort }} } }
  }
}`

describe('the bootstrap of an agent', () => {
  it('limits its admin interface to reading, if the Envoy supports that', async () => {
    const edited = await editTemplate(TEMPLATE, { loopbackOnly: false, limitAdmin: true })
    const { admin } = JSON.parse(edited.replace('{{ .config.ProxyAdminPort }}', '15000')) as { admin: object }
    expect(admin).toMatchObject({ allow_paths: expect.arrayContaining([{ exact: '/ready' }, { prefix: '/stats' }]) })
    expect(JSON.stringify(admin)).not.toContain('quit')
    expect(await editTemplate(TEMPLATE, { loopbackOnly: false, limitAdmin: false })).toBe(TEMPLATE)
  })

  it('is refused when it has no admin interface', async () => {
    await expect(editTemplate('{}', { loopbackOnly: true, limitAdmin: true })).rejects.toThrow('no admin interface')
  })
})
