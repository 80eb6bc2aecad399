import test from 'ava'
import { renderComplaint } from '../../../src/agent/setup/complaint.ts'

test('a complaint is shown with what was expected, what was found and what to do', t => {
  const complaint = {
    severity: 'refuse',
    code: 'x',
    message: 'the NIC of interface front (front) is not there',
    expected: 'MAC 52:54:00:d1:01:01',
    found: 'no NIC at all',
    remedy: 'put the NIC in',
  } as const
  t.deepEqual(renderComplaint(complaint), [
    'director-setup: error: the NIC of interface front (front) is not there',
    '  expected: MAC 52:54:00:d1:01:01',
    '  found:    no NIC at all',
    '  to do:    put the NIC in',
  ])
  const { expected, found, ...rest } = { ...complaint, severity: 'warn' } as const
  t.deepEqual(renderComplaint(rest), [
    'director-setup: warning: the NIC of interface front (front) is not there',
    '  to do:    put the NIC in',
  ])
  t.truthy(expected && found)
})
