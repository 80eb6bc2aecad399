import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeConfig } from './segment.ts'
import { onSegment } from './segment-test.ts'

// No other program of this machine sleeps so long to the millisecond.
const LONG_S = `30.${String(process.pid % 1_000).padStart(3, '0')}`

const netns = onSegment(segment => segment.machine('lb1', '192.0.2.11/24'))

netns.serial(
  'a group follows a script, a file and an address, and nobody waits for them',
  async t => {
    const { segment, programs } = t.context
    const script = join(segment.folder, 'check')
    const file = join(segment.folder, 'number')
    const say = (body: string) => {
      writeFileSync(script, `#!/bin/sh\n${body}\n`)
      chmodSync(script, 0o755)
    }
    const config = nodeConfig({
      name: 'lb1',
      address: '192.0.2.11/24',
      priority: 200,
      vips: ['192.0.2.100/24'],
    })
    const timing = { interval_ms: 200, timeout_ms: 150 }
    const groups = config.vrrp.groups.map(group => ({
      ...group,
      track: [
        { kind: 'script' as const, subject: script, ...timing },
        { kind: 'file' as const, subject: file, weight: 30, interval_ms: 100 },
        { kind: 'address' as const, subject: '192.0.2.77' },
      ],
    }))
    say('exit 0')
    writeFileSync(file, '2\n')
    const agent = segment.agent(programs, 'lb1', { ...config, vrrp: { ...config.vrrp, groups } })
    await agent.saw(/all track_down address=192\.0\.2\.77/)
    await agent.saw(/all track_down file=.*priority_lost=60/)
    segment.ip('lb1', 'address add 192.0.2.77/32 dev lo')
    await agent.saw(/front active/)
    // Each of its children holds the script's own file open no longer than the script takes.
    say(`sleep ${LONG_S}`)
    await agent.saw(/front initialize \(track_down\) script=/)
    say('exit 0')
    await agent.saw(/all track_up script=/)
    writeFileSync(file, '0\n')
    await agent.saw(/all track_up file=/)
    const left = await segment.run('lb1', ['sh', '-c', `pgrep -fxc "sleep ${LONG_S}"`])
    t.is(left.trim(), '0')
    t.is(await agent.end(), 0)
  },
)
