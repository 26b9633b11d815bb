import tls from 'node:tls'
import type { UpstreamAnswer, UpstreamFailure } from '../evidence/upstream-call.ts'
import { nameFinding } from '../findings/name-finding.ts'
import { TLV602 } from '../findings/TLV602.ts'
import { probeHttp } from '../probes/probe-http.ts'
import { type Check, type CheckResult, DEFAULT_TIMEOUT_MS } from './check.ts'

/**
 * Probes the inbound sidecar of counting in the two ways that it must refuse: in plaintext, and without a
 * certificate.
 */
export const checkPeerInbound: Check = async ({ peerInbound, timeoutMs = DEFAULT_TIMEOUT_MS }) => {
  const at = parseHostPort(peerInbound)
  const plain = { id: 'plaintext', question: 'Does counting’s sidecar refuse plaintext?' }
  const noCertificate = { id: 'no-certificate', question: 'Does it refuse a caller without a certificate?' }
  if (at === undefined) {
    const found = 'Unknown: PEER_INBOUND does not name the inbound sidecar of counting (host:port).'
    return [
      { ...plain, verdict: 'unknown', found, command: 'curl -si "http://$PEER_INBOUND/"' },
      { ...noCertificate, verdict: 'unknown', found, command: 'curl -ki "https://$PEER_INBOUND/"' },
    ]
  }
  const address = `${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`
  const [plaintext, anonymous] = await Promise.all([
    probeHttp(`http://${address}/`, { timeoutMs }),
    probeWithoutCertificate(at, timeoutMs),
  ])
  return [
    {
      ...plain,
      ...judgePlaintext(plaintext),
      command: `curl -si http://${address}/`,
    },
    {
      ...noCertificate,
      verdict: anonymous.answered ? 'bad' : anonymous.absent ? 'unknown' : 'good',
      found: `${anonymous.answered ? 'No' : anonymous.absent ? 'Unknown' : 'Yes'}: ${anonymous.reason}.`,
      command: `curl -ki https://${address}/`,
    },
  ]
}

function judgePlaintext(answer: UpstreamAnswer | UpstreamFailure): Pick<CheckResult, 'verdict' | 'found' | 'finding'> {
  if (answer.failure !== undefined) {
    return isAbsent(answer.code)
      ? { verdict: 'unknown', found: `Unknown: ${answer.failure}.` }
      : { verdict: 'good', found: `Yes: it hung up (${answer.failure}).` }
  }
  // Under interception, the dashboard's own sidecar takes this connection and reports its outcome.
  if (answer.status === 503 && isCutOff(answer.body)) {
    return { verdict: 'good', found: 'Yes: it hung up on the sidecar of the dashboard, which answered 503.' }
  }
  return { verdict: 'bad', found: `No: it answered ${answer.status} to plaintext HTTP.`, finding: nameFinding(TLV602) }
}

/** Envoy's words for an upstream that closed the connection. */
const isCutOff = (body: string): boolean =>
  body.startsWith('upstream connect error') && body.includes('reset reason: connection termination')

interface TlsProbe {
  answered: boolean
  absent: boolean
  reason: string
}

/**
 * TLS 1.3 lets a client finish before the server has verified its certificate: only data proves that it was accepted.
 */
function probeWithoutCertificate({ host, port }: HostPort, timeoutMs: number): Promise<TlsProbe> {
  return new Promise((resolve) => {
    // The server's certificate is not under test here.
    const socket = tls.connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
    const end = (answer: TlsProbe): void => {
      resolve(answer)
      socket.destroy()
    }
    socket.setTimeout(timeoutMs, () =>
      end({ answered: false, absent: true, reason: `no answer within ${timeoutMs} ms` }),
    )
    socket.once('secureConnect', () => socket.write(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`))
    socket.once('data', () =>
      end({ answered: true, absent: false, reason: 'it answered a caller without a certificate' }),
    )
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end({ answered: false, absent: isAbsent(error.code), reason: readable(error) }),
    )
    socket.once('close', () => end({ answered: false, absent: false, reason: 'it closed the connection' }))
  })
}

/** OpenSSL's own messages contain file names and thread ids. */
function readable(error: NodeJS.ErrnoException): string {
  const alert = /^(?:ERR_SSL_)?(?:TLS|SSL)V[\d_]+ALERT_(\w+)$/i.exec(error.code ?? '')?.[1]
  return alert === undefined ? error.message.slice(0, 160) : `TLS alert: ${alert.toLowerCase().replaceAll('_', ' ')}`
}

/** Nothing answers, which proves nothing about which callers would be accepted. */
function isAbsent(code: string | undefined): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ABORT_ERR'].includes(code ?? '')
}

interface HostPort {
  host: string
  port: number
}

/** `host:port`, with an IPv6 address in brackets; undefined for anything else. */
export function parseHostPort(text: string | undefined): HostPort | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text ?? '')
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port < 1 || port > 65_535) return undefined
  return { host, port }
}
