// @ts-check
import zlib from 'node:zlib'

/**
 * One animated PNG (PNG, third edition, §11.3.6) of pictures of one size, which repeats forever: the pictures' own
 * compressed data, in new chunks.
 *
 * @param {{ image: Buffer, ms: number }[]} frames PNGs; `ms`: how long each is shown
 * @returns {Buffer}
 */
export function toAnimatedPng(frames) {
  const [first] = frames
  if (first === undefined) throw new Error('an animation needs a frame')
  const chunks = readChunks(first.image)
  const header = chunks.find(({ type }) => type === 'IHDR')?.data ?? Buffer.alloc(13)
  const parts = [first.image.subarray(0, 8), chunk('IHDR', header), chunk('acTL', numbers([frames.length, 0]))]
  let sequence = 0
  for (const [index, { image, ms }] of frames.entries()) {
    const size = [header.readUInt32BE(0), header.readUInt32BE(4), 0, 0]
    const timing = Buffer.alloc(6)
    timing.writeUInt16BE(Math.round(ms), 0)
    timing.writeUInt16BE(1000, 2)
    parts.push(chunk('fcTL', Buffer.concat([numbers([sequence++, ...size]), timing])))
    const data = Buffer.concat(readChunks(image).flatMap(({ type, data: piece }) => (type === 'IDAT' ? [piece] : [])))
    parts.push(index === 0 ? chunk('IDAT', data) : chunk('fdAT', Buffer.concat([numbers([sequence++]), data])))
  }
  return Buffer.concat([...parts, chunk('IEND', Buffer.alloc(0))])
}

/**
 * @param {Buffer} png
 * @returns {{ type: string, data: Buffer }[]}
 */
function readChunks(png) {
  const chunks = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) })
    at += length + 12
  }
  return chunks
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  return Buffer.concat([numbers([data.length]), body, numbers([zlib.crc32(body)])])
}

/** @param {number[]} values each 32 bits, big-endian */
function numbers(values) {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4)
  return bytes
}
