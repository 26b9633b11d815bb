const { pipeline, Writable } = require('node:stream')
const bodyParser = require('body-parser')
const busboy = require('busboy')
const express = require('express')
const fileUpload = require('express-fileupload')
const { formidable } = require('formidable')
const multer1 = require('multer')
const multer2 = require('multer-2')

/** Ways to read a body: each calls `note` in every callback, and `done` when it has read everything. */
exports.bodies = {
  events(request, note, done) {
    let chunks = 0
    request.on('data', () => note(`data-${(chunks += 1) > 1 ? 'rest' : 'first'}`))
    request.on('end', () => (note('end'), done()))
    request.on('close', () => note('close-request'))
  },
  readable(request, note, done) {
    request.on('readable', () => {
      while (request.read() !== null) note('readable')
    })
    request.on('end', () => (note('end'), done()))
  },
  async 'for await'(request, note, done) {
    for await (const _chunk of request) note('chunk')
    note('after')
    done()
  },
  pipeline(request, note, done) {
    const write = (_chunk, _encoding, next) => (note('write'), next())
    pipeline(request, new Writable({ write }), () => (note('finished'), done()))
  },
  busboy(request, note, done) {
    const parser = busboy({ headers: request.headers })
    parser.on('field', () => note('field'))
    parser.on('file', (_name, file) => {
      note('file')
      file.on('data', () => note('file-data')).on('end', () => note('file-end'))
    })
    parser.on('close', () => (note('close'), done()))
    request.pipe(parser)
  },
  'multer 1': (request, note, done) => multerOf(multer1)(request, note, done),
  'multer 2': (request, note, done) => multerOf(multer2)(request, note, done),
  formidable(request, note, done) {
    const form = formidable({})
    form
      .on('fileBegin', () => note('fileBegin'))
      .on('field', () => note('field'))
      .on('end', () => note('end'))
    form.parse(request, (error) => (note('parsed'), done(error)))
  },
  'express-fileupload': (request, note, done) => after(fileUpload(), { request, note, done }),
  'body-parser raw': (request, note, done) =>
    after(bodyParser.raw({ type: () => true, limit: '1mb' }), { request, note, done }),
  'body-parser text': (request, note, done) =>
    after(bodyParser.text({ type: () => true, limit: '1mb' }), { request, note, done }),
  // It has read the body even when it can't parse it.
  'express.json': (request, note, done) =>
    after(express.json({ type: () => true }), { request, note, done: () => done() }),
}

function multerOf(multer) {
  return (request, note, done) => {
    const fileFilter = (_request, _file, accept) => (note('filter'), accept(null, true))
    const upload = multer({ storage: multer.memoryStorage(), fileFilter, limits: { fileSize: 2 ** 20 } })
    after(upload.any(), { request, note, done })
  }
}

/** Makes a middleware read the body, with the request's own response. */
function after(middleware, { request, note, done }) {
  middleware(request, request.res, (error) => (note('next'), done(error)))
}

/** Serves a request at `/bodies/<way>`: answers when the body is read, and notes the events of the answer as well. */
exports.serveBody = (request, response, note) => {
  const way = decodeURIComponent(new URL(request.url, 'http://app').pathname.split('/').at(-1))
  request.res = response
  response.on('finish', () => note('finish')).on('close', () => note('close-response'))
  exports.bodies[way](request, note, (error) => {
    if (error) response.statusCode = 500
    response.end(error ? String(error.stack) : 'read')
  })
}
