import type { HeartbeatPath, NodeConfig } from '../../src/model/node-config.ts'
import type { NullModem } from './null-modem.ts'
import { nodeConfig, type Programs, type Running, type Segment } from './segment.ts'

export const BAUD = 115_200
export const VIP = '192.0.2.100'

/** A node that hears the other over a serial line and over datagrams, and pings the client. */
export function guardedNode(
  id: 1 | 2,
  options: { readonly key?: string; readonly advert_interval_ms?: number } = {},
): NodeConfig {
  const address = (of: 1 | 2) => `192.0.2.1${of}`
  const other = id === 1 ? 2 : 1
  const plain = nodeConfig({
    name: `lb${id}`,
    address: `${address(id)}/24`,
    priority: id === 1 ? 200 : 100,
    vips: [`${VIP}/24`],
    ...(options.advert_interval_ms === undefined
      ? {}
      : { advert_interval_ms: options.advert_interval_ms }),
  })
  const back: HeartbeatPath = {
    ...{ name: 'back', kind: 'udp', interface: 'front', port: 694 },
    ...{ address: address(id), peer_address: address(other) },
  }
  return {
    ...plain,
    serial: { ...plain.serial, heartbeat: { port: 'ttyS1', baud: BAUD } },
    heartbeat: {
      interval_ms: 100,
      dead_ms: 400,
      send_with: 1,
      keys: [{ id: 1, key: options.key ?? '5a'.repeat(32) }],
      peer: { id: other, name: `lb${other}` },
      paths: [{ name: 'line', kind: 'serial' }, back],
      stranger: { action: 'hold', hold_ms_max: 30_000 },
    },
    connectivity: [
      {
        ...{ name: 'client', interface: 'front', targets: ['192.0.2.254'] },
        ...{ interval_ms: 200, timeout_ms: 150 },
      },
    ],
    arbitration: { policy: 'guarded', all_silent: 'serve' },
  }
}

/** lb1 and lb2 on a segment, with a line between them. */
export interface OnLine {
  readonly segment: Segment
  readonly programs: Programs
  readonly line: NullModem
}

/** Starts the agent of lb1 or lb2: the first one has end 0 of the line, the other one end 1. */
export function startOnLine(
  { segment, programs, line }: OnLine,
  id: 1 | 2,
  config: NodeConfig = guardedNode(id),
): Running {
  const words = line.words(id === 1 ? 0 : 1, segment.folder)
  return segment.agent(programs, `lb${id}`, config, words)
}
