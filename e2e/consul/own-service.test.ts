import { describeOwnService } from '../contract/own-service.ts'

describeOwnService('consul')
