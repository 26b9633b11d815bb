export { type Break, breaks } from './breaks.ts'
export { createLab } from './create-lab.ts'
export { devEnvironment } from './service-environment.ts'
export { createService } from './service.ts'
