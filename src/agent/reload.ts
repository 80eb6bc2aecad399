/** Another config for a director that runs: what may change live does, or nothing does. */

import { compareConfigs } from './control/config-change.ts'
import { acceptedReload, type ReloadAnswer, refusedReload } from './control/reload.ts'
import { changeTargets } from './health/change-targets.ts'
import { shortDigest } from './heartbeat/new-heartbeat.ts'
import { changeServices } from './ipvs/change-services.ts'
import { item } from './never.ts'
import type { ReloadEvent } from './reload-event.ts'
import { note, type Turn } from './state.ts'
import { beginVipChange } from './vrrp/change-vips.ts'

/** Takes a checked config for the running one, answers what becomes of it. */
export function onReload(turn: Turn, event: ReloadEvent): void {
  turn.effects.push({ kind: 'reply', client: event.client, answer: reload(turn, event) })
}

function reload(turn: Turn, { file, config, check }: ReloadEvent): ReloadAnswer {
  const { state } = turn
  const { node, shared_digest } = state.config
  const told = { file, node: node.name, shared_digest }
  if (state.phase !== 'listening') {
    const text = `the agent is ${state.phase}: it takes a configuration while it is listening`
    return refusedReload(told, [{ path: '', text }], 'later')
  }
  const { changes, instances, refused } = compareConfigs(state.config, config)
  if (refused.length > 0) {
    const facts = { path: item(refused, 0).path, paths: refused.length }
    if (!check) note(turn, 'warning', 'reload_refused', node.name, facts)
    return refusedReload(told, refused, 'not_live')
  }
  if (check || changes.length === 0) return acceptedReload(told, changes, check)
  const before = state.config
  state.config = config
  if (state.heartbeat !== undefined) state.heartbeat.identity.digest = shortDigest(config)
  changeTargets(turn)
  changeServices(turn)
  for (const index of instances) {
    beginVipChange(turn, item(state.instances, index), item(before.vrrp.instances, index))
  }
  turn.effects.push({ kind: 'adopt_config', file, config })
  const facts = { changes: changes.length, shared_digest: config.shared_digest.slice(0, 8) }
  note(turn, 'info', 'reloaded', node.name, facts)
  return acceptedReload({ ...told, shared_digest: config.shared_digest }, changes, check)
}
