require('dd-trace').init({ startupLogs: false })
require('./answer.cjs').listen()
