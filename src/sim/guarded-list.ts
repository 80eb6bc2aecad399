import { scenario as row01 } from './guarded/01-power.ts'
import { scenario as row02 } from './guarded/02-clean-stop.ts'
import { scenario as row03 } from './guarded/03-killed.ts'
import { scenario as row04 } from './guarded/04-kernel-hangs.ts'
import { scenario as row05 } from './guarded/05-front-link.ts'
import { scenario as row06 } from './guarded/06-front-tx.ts'
import { scenario as row07 } from './guarded/07-front-rx.ts'
import { scenario as row08 } from './guarded/08-front-switch.ts'
import { scenario as row09 } from './guarded/09-back-link-both.ts'
import { scenario as row10 } from './guarded/10-back-link.ts'
import { scenario as row11 } from './guarded/11-management-link.ts'
import { scenario as row12 } from './guarded/12-line-cut.ts'
import { scenario as row13 } from './guarded/13-line-cut-then-power.ts'
import { scenario as row14 } from './guarded/14-multicast-blocked.ts'
import { scenario as row15 } from './guarded/15-only-the-line.ts'
import { scenario as row16 } from './guarded/16-only-vrrp.ts'
import { scenario as row17 } from './guarded/17-all-cut.ts'
import { scenario as row18 } from './guarded/18-all-cut-backup-blind.ts'
import { scenario as row19 } from './guarded/19-all-cut-active-blind.ts'
import { scenario as row20 } from './guarded/20-heal.ts'
import { scenario as row21 } from './guarded/21-short-stall.ts'
import { scenario as row22 } from './guarded/22-long-stall.ts'
import { scenario as row23 } from './guarded/23-stale-frames.ts'
import { scenario as row24 } from './guarded/24-clock-step.ts'
import { scenario as row25 } from './guarded/25-suspend.ts'
import { scenario as row26 } from './guarded/26-many-vips.ts'
import { scenario as row29 } from './guarded/29-return.ts'
import { scenario as row30 } from './guarded/30-failback.ts'
import { scenario as row31 } from './guarded/31-return-unheard.ts'
import { scenario as row32 } from './guarded/32-cold-start.ts'
import { scenario as row33 } from './guarded/33-cold-start-one-link.ts'
import { scenario as row34 } from './guarded/34-both-restarted.ts'
import { scenario as row35 } from './guarded/35-restored.ts'
import { scenario as row36 } from './guarded/36-replayed.ts'
import { scenario as row37 } from './guarded/37-other-key.ts'
import { scenario as row38 } from './guarded/38-other-version.ts'
import { scenario as row39 } from './guarded/39-later-minor.ts'
import { scenario as row40 } from './guarded/40-other-config.ts'
import { scenario as row41 } from './guarded/41-rolling-upgrade.ts'
import { scenario as row42 } from './guarded/42-reload.ts'
import { scenario as row42one } from './guarded/42-reload-one-node.ts'
import { scenario as row43 } from './guarded/43-refused-config.ts'
import { scenario as row43reload } from './guarded/43-refused-reload.ts'
import { scenario as row45 } from './guarded/45-foreign-lower.ts'
import { scenario as row46 } from './guarded/46-foreign-higher.ts'
import { scenario as row47 } from './guarded/47-equal-priorities.ts'
import { scenario as row48 } from './guarded/48-two-address-owners.ts'
import { scenario as row50 } from './guarded/50-no-link-local.ts'
import { scenario as row51 } from './guarded/51-arp-ignore.ts'
import { scenario as row52 } from './guarded/52-announcement-lost.ts'
import { scenario as row53 } from './guarded/53-slow-switch.ts'
import { scenario as row54 } from './guarded/54-flapping-link.ts'
import { scenario as row55 } from './guarded/55-flapping-probes.ts'
import { scenario as row56 } from './guarded/56-flapping-target.ts'
import { scenario as row58 } from './guarded/58-noise.ts'
import { scenario as row59 } from './guarded/59-bad-line.ts'
import { scenario as row60 } from './guarded/60-console-text.ts'
import { scenario as row61 } from './guarded/61-forged-active.ts'
import { scenario as row62 } from './guarded/62-standby.ts'
import { scenario as row63 } from './guarded/63-takeover.ts'
import { scenario as row65 } from './guarded/65-ipvs-refuses.ts'
import { scenario as row66 } from './guarded/66-flip-refused.ts'
import { scenario as row73 } from './guarded/73-fencing.ts'
import { scenario as row74 } from './guarded/74-fenced.ts'
import { scenario as row75 } from './guarded/75-held.ts'
import { scenario as row76 } from './guarded/76-deaf-peer.ts'
import { scenario as row77 } from './guarded/77-adapter.ts'
import { scenario as row78 } from './guarded/78-strict.ts'
import { scenario as row79 } from './guarded/79-third-router.ts'
import { scenario as row80 } from './guarded/80-granted.ts'
import { scenario as row81 } from './guarded/81-stops-open.ts'
import { scenario as row82 } from './guarded/82-stranger-lower.ts'
import { scenario as row83 } from './guarded/83-cold-start-late.ts'
import { scenario as row84 } from './guarded/84-stalled-backup.ts'
import { scenario as row85 } from './guarded/85-failback-reach.ts'
import { scenario as row86 } from './guarded/86-stalled-unheard.ts'
import { scenario as row87 } from './guarded/87-takeover-failback.ts'
import { scenario as row88 } from './guarded/88-crossed.ts'
import { scenario as row89 } from './guarded/89-crossed-alone.ts'
import { scenario as row101 } from './guarded/101-vip-answers.ts'
import { scenario as row102 } from './guarded/102-vip-asked.ts'
import { scenario as row103 } from './guarded/103-vip-silent.ts'
import { scenario as row104 } from './guarded/104-stranger-answers.ts'
import { scenario as row105 } from './guarded/105-stranger-claims.ts'
import { scenario as row106 } from './guarded/106-backup-hears.ts'
import { scenario as row107 } from './guarded/107-own-announcements.ts'
import { scenario as row108 } from './guarded/108-foreign-ipv6.ts'
import type { Scenario } from './scenario.ts'

/** Every written scenario with a heartbeat, by the row of the failure matrix. */
export const guardedScenarios: readonly Scenario[] = [
  row01,
  row02,
  row03,
  row04,
  row05,
  row06,
  row07,
  row08,
  row09,
  row10,
  row11,
  row12,
  row13,
  row14,
  row15,
  row16,
  row17,
  row18,
  row19,
  row20,
  row21,
  row22,
  row23,
  row24,
  row25,
  row26,
  row29,
  row30,
  row31,
  row32,
  row33,
  row34,
  row35,
  row36,
  row37,
  row38,
  row39,
  row40,
  row41,
  row42,
  row42one,
  row43,
  row43reload,
  row45,
  row46,
  row47,
  row48,
  row50,
  row51,
  row52,
  row53,
  row54,
  row55,
  row56,
  row58,
  row59,
  row60,
  row61,
  row62,
  row63,
  row65,
  row66,
  row73,
  row74,
  row75,
  row76,
  row77,
  row78,
  row79,
  row80,
  row81,
  row82,
  row83,
  row84,
  row85,
  row86,
  row87,
  row88,
  row89,
  row101,
  row102,
  row103,
  row104,
  row105,
  row106,
  row107,
  row108,
]
