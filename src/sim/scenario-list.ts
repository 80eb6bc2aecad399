import type { Scenario } from './scenario.ts'
import { scenario as row01 } from './scenarios/01-active-loses-power.ts'
import { scenario as row02 } from './scenarios/02-clean-stop.ts'
import { scenario as row05 } from './scenarios/05-front-link-lost.ts'
import { scenario as row08 } from './scenarios/08-switch-dead.ts'
import { scenario as row10 } from './scenarios/10-back-link-lost.ts'
import { scenario as row11 } from './scenarios/11-management-link-lost.ts'
import { scenario as row21 } from './scenarios/21-short-stall.ts'
import { scenario as row22 } from './scenarios/22-long-stall.ts'
import { scenario as row29 } from './scenarios/29-return-without-failback.ts'
import { scenario as row30 } from './scenarios/30-return-with-failback.ts'
import { scenario as row32 } from './scenarios/32-cold-start.ts'
import { scenario as row33 } from './scenarios/33-cold-start-one-link.ts'
import { scenario as row34 } from './scenarios/34-both-restarted.ts'
import { scenario as row42 } from './scenarios/42-reload.ts'
import { scenario as row44 } from './scenarios/44-ipvs-cleared.ts'
import { scenario as row45 } from './scenarios/45-foreign-router-lower.ts'
import { scenario as row46 } from './scenarios/46-foreign-router-higher.ts'
import { scenario as row47 } from './scenarios/47-equal-priorities.ts'
import { scenario as row48 } from './scenarios/48-two-address-owners.ts'
import { scenario as row49 } from './scenarios/49-checksum-forms.ts'
import { scenario as row62 } from './scenarios/62-standby.ts'
import { scenario as row63 } from './scenarios/63-takeover.ts'
import { scenario as row65 } from './scenarios/65-ipvs-refuses.ts'
import { scenario as row66 } from './scenarios/66-flip-refused.ts'
import { scenario as row69 } from './scenarios/69-backup-stalled.ts'
import { scenario as row70 } from './scenarios/70-standby-unanswered.ts'
import { scenario as row71 } from './scenarios/71-both-stand-by.ts'
import { scenario as row72 } from './scenarios/72-takeover-unheard.ts'
import { scenario as row80 } from './scenarios/80-stall-of-half-down.ts'
import { scenario as row81 } from './scenarios/81-agent-killed.ts'
import { scenario as row82 } from './scenarios/82-stall-unsupervised.ts'
import { scenario as row90 } from './scenarios/90-two-families.ts'
import { scenario as row91 } from './scenarios/91-unicast.ts'
import { scenario as row92 } from './scenarios/92-owner-returns.ts'
import { scenario as row93 } from './scenarios/93-two-groups.ts'
import { scenario as row94 } from './scenarios/94-late-failback.ts'
import { scenario as row95 } from './scenarios/95-version-2.ts'
import { scenario as row96 } from './scenarios/96-own-mac.ts'
import { scenario as row98 } from './scenarios/98-foreign-ipv6.ts'
import { scenario as row110 } from './scenarios/110-track-down.ts'
import { scenario as row111 } from './scenarios/111-track-unknown.ts'
import { scenario as row112 } from './scenarios/112-track-weight-unknown.ts'
import { scenario as row113 } from './scenarios/113-track-weight.ts'
import { scenario as row114 } from './scenarios/114-track-owner.ts'
import { scenario as row115 } from './scenarios/115-track-floor.ts'
import { scenario as row116 } from './scenarios/116-track-link.ts'
import { scenario as row117 } from './scenarios/117-link-delay.ts'

/** Every written scenario, by the row of the failure matrix. */
export const scenarios: readonly Scenario[] = [
  row01,
  row02,
  row05,
  row08,
  row10,
  row11,
  row21,
  row22,
  row29,
  row30,
  row32,
  row33,
  row34,
  row42,
  row44,
  row45,
  row46,
  row47,
  row48,
  row49,
  row62,
  row63,
  row65,
  row66,
  row69,
  row70,
  row71,
  row72,
  row80,
  row81,
  row82,
  row90,
  row91,
  row92,
  row93,
  row94,
  row95,
  row96,
  row98,
  row110,
  row111,
  row112,
  row113,
  row114,
  row115,
  row116,
  row117,
]
