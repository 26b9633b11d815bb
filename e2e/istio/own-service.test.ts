import { describeOwnService } from '../contract/own-service.ts'

describeOwnService('istio')
