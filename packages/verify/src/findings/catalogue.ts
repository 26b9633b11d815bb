import type { FindingId, Rule } from './finding.ts'
import { TLV101 } from './TLV101.ts'
import { TLV102 } from './TLV102.ts'
import { TLV103 } from './TLV103.ts'
import { TLV104 } from './TLV104.ts'
import { TLV105 } from './TLV105.ts'
import { TLV106 } from './TLV106.ts'
import { TLV107 } from './TLV107.ts'
import { TLV108 } from './TLV108.ts'
import { TLV109 } from './TLV109.ts'
import { TLV110 } from './TLV110.ts'
import { TLV201 } from './TLV201.ts'
import { TLV202 } from './TLV202.ts'
import { TLV203 } from './TLV203.ts'
import { TLV204 } from './TLV204.ts'
import { TLV205 } from './TLV205.ts'
import { TLV301 } from './TLV301.ts'
import { TLV302 } from './TLV302.ts'
import { TLV303 } from './TLV303.ts'
import { TLV304 } from './TLV304.ts'
import { TLV305 } from './TLV305.ts'
import { TLV307 } from './TLV307.ts'
import { TLV308 } from './TLV308.ts'
import { TLV401 } from './TLV401.ts'
import { TLV402 } from './TLV402.ts'
import { TLV403 } from './TLV403.ts'
import { TLV404 } from './TLV404.ts'
import { TLV405 } from './TLV405.ts'
import { TLV501 } from './TLV501.ts'
import { TLV502 } from './TLV502.ts'
import { TLV503 } from './TLV503.ts'
import { TLV504 } from './TLV504.ts'
import { TLV505 } from './TLV505.ts'
import { TLV506 } from './TLV506.ts'
import { TLV601 } from './TLV601.ts'
import { TLV602 } from './TLV602.ts'
import { TLV901 } from './TLV901.ts'
import { TLV902 } from './TLV902.ts'

/** Every finding, by id. Ids never change, and a retired id is not reused. */
export const catalogue: readonly Rule[] = [
  TLV101,
  TLV102,
  TLV103,
  TLV104,
  TLV105,
  TLV106,
  TLV107,
  TLV108,
  TLV109,
  TLV110,
  TLV201,
  TLV202,
  TLV203,
  TLV204,
  TLV205,
  TLV301,
  TLV302,
  TLV303,
  TLV304,
  TLV305,
  TLV307,
  TLV308,
  TLV401,
  TLV402,
  TLV403,
  TLV404,
  TLV405,
  TLV501,
  TLV502,
  TLV503,
  TLV504,
  TLV505,
  TLV506,
  TLV601,
  TLV602,
  TLV901,
  TLV902,
]

export const findRule = (id: string): Rule | undefined =>
  catalogue.find((rule) => rule.id === (id.toUpperCase() as FindingId))
