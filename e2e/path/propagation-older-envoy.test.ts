import { envoys } from './matrix.ts'
import { testPropagation } from './propagation-matrix.ts'

testPropagation(envoys.slice(1, -1))
