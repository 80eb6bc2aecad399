import { join } from 'node:path'
import { quietSteps } from '../../src/kit/steps.ts'
import { labCases } from '../../src/lab/drill/cases.ts'
import { type LabDrill, openLabDrill } from '../../src/lab/drill/drill.ts'
import { renderResult } from '../../src/lab/drill/report.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { bootDirectors } from '../../src/lab/wait.ts'
import { openLab } from '../support/e2e-lab.ts'
import { requires } from '../support/requires.ts'

// The rows of the failure matrix in QEMU: what each does, and what must come of it, is written with
// the case. One pair for all of them.
const e2e = requires('root', 'qemu', 'netns')
const HEARTBEAT_FILE = join(import.meta.dirname, 'heartbeat.yaml')

let lab: Lab
let drill: LabDrill

e2e.before(async () => {
  lab = await openLab({ boot: 'netboot', clusterFile: HEARTBEAT_FILE, isObserved: true })
  await bootDirectors(lab, quietSteps)
  drill = await openLabDrill(lab)
})
e2e.after.always(async () => {
  await lab?.close()
})

for (const each of labCases) {
  e2e.serial(`row ${each.row}, ${each.name}: ${each.title}`, async t => {
    const result = await drill.tryCase(each)
    t.log(renderResult(result), JSON.stringify(result.looks))
    t.is(result.verdict, 'held', JSON.stringify(result, null, 1))
    t.true(result.looks.echo_answers > 0)
  })
}
