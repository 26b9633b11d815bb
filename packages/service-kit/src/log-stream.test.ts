import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLogStream } from './log-stream.ts'

const describeLoss = (lines: number): string => `${lines} lost\n`

function openFile() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'log-'))
  const file = path.join(folder, 'log')
  const fd = fs.openSync(file, 'w')
  return {
    fd,
    text: () => fs.readFileSync(file, 'utf8'),
    [Symbol.dispose]: () => {
      fs.closeSync(fd)
      fs.rmSync(folder, { recursive: true })
    },
  }
}

/** The disk has room for this many more bytes. */
function fillDisk(free: number) {
  let left = free
  const writeSync = fs.writeSync
  vi.spyOn(fs, 'writeSync').mockImplementation(((fd: number, bytes: Buffer, offset?: number) => {
    const length = Math.min(left, bytes.length - (offset ?? 0))
    if (length === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    left -= length
    return writeSync(fd, bytes, offset, length)
  }) as typeof fs.writeSync)
}

describe('the log in a file', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('drops lines while the disk is full, and reports how many afterwards', () => {
    using file = openFile()
    const stream = createLogStream(describeLoss, file.fd)
    stream.write('one\n')
    fillDisk(0)
    stream.write('two\n')
    stream.write('three\n')
    vi.restoreAllMocks()
    stream.write('four\n')
    stream.write('five\n')
    expect(file.text()).toBe('one\n2 lost\nfour\nfive\n')
  })

  it('begins a new line after one that was cut short', () => {
    using file = openFile()
    const stream = createLogStream(describeLoss, file.fd)
    fillDisk(2)
    stream.write('one\n')
    stream.write('two\n')
    vi.restoreAllMocks()
    stream.write('three\n')
    expect(file.text()).toBe('on\n2 lost\nthree\n')
  })

  it('never fails a write, not even on a device that stays full', () => {
    const fd = fs.openSync('/dev/full', 'w')
    const stream = createLogStream(describeLoss, fd)
    expect(() => stream.write('one\n')).not.toThrow()
    fs.closeSync(fd)
  })
})

describe('the log in a pipe', () => {
  it('listens once for errors, however many logs a process has', () => {
    // The output of a test goes through a pipe.
    expect(fs.fstatSync(1).isFile()).toBe(false)
    createLogStream(describeLoss)
    const before = process.stdout.listenerCount('error')
    for (let made = 0; made < 20; made += 1) createLogStream(describeLoss)
    expect(process.stdout.listenerCount('error')).toBe(before)
  })
})
