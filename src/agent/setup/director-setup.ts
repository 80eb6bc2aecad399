import type { NodeConfig } from '../../model/node-config.ts'
import { EEXIST, ENOENT, errnoName } from '../kernel/errno.ts'
import { readDevicePaths } from '../kernel/find-interface.ts'
import { readLinks } from '../kernel/read-network.ts'
import { holdSysctls, nodeSysctls } from '../kernel/sysctl.ts'
import {
  andThen,
  done,
  type FileStep,
  failed,
  file,
  forEach,
  recover,
  type Talk,
} from '../kernel/talk.ts'
import { utf8Bytes } from '../kernel/text.ts'
import { accountFiles } from './accounts.ts'
import { assertHeartbeat, assertKernel } from './assertions.ts'
import { type Complaint, renderComplaint } from './complaint.ts'
import { readAskedNode, takeStampFromFleet } from './fleet.ts'
import { configureInterface, type Placed, placeInterfaces, renameLinks } from './interfaces.ts'
import { checkStamp, type StampInput, type TextTools } from './stamp-check.ts'

/** What director-setup found. */
export interface SetupReport {
  /**
   * 0: the node may serve. 1: no valid stamp. 2: stamped, but something is missing. 3: of the nodes
   * that the image holds this machine is none, or more than one.
   */
  readonly exitCode: 0 | 1 | 2 | 3
  readonly complaints: readonly Complaint[]
  /** For the console. */
  readonly lines: readonly string[]
}

const FOLDER = '/etc/director'

/**
 * The whole of director-setup, once at boot: chooses among several stamps, checks the stamp, places
 * and configures the interfaces, tries what the agent asks of the kernel, writes who may log in,
 * and, where nothing forbids it, `/run/director/ready`.
 */
export const setUpNode = (tools: TextTools): Talk<SetupReport> =>
  recover(setUp(tools), ({ errno, step }) => done(report([cannot(step, errno)], 2)))

function setUp(tools: TextTools): Talk<SetupReport> {
  return andThen(takeStampFromFleet(tools), fleet => {
    if (fleet.kind === 'refused') return done(report([fleet.complaint], 3))
    if (fleet.kind === 'none') return setUpStamped(tools)
    const line = `director-setup: this machine is ${fleet.name} by ${fleet.by}`
    return andThen(setUpStamped(tools), after => done({ ...after, lines: [line, ...after.lines] }))
  })
}

function setUpStamped(tools: TextTools): Talk<SetupReport> {
  return andThen(readStamp(), input => {
    const verdict = checkStamp(input, tools)
    if (verdict.kind === 'refused') return done(report([verdict.complaint], 1))
    const { config } = verdict
    return andThen(setUpNetwork(config), ({ placed, complaints }) =>
      andThen(writeAccounts(config, placed), more => {
        const all = [...complaints, ...more]
        const refuses = all.some(({ severity }) => severity === 'refuse')
        if (refuses) return done(report(all, 2))
        return andThen(writeReady(config), () => done(report(all, 0, config)))
      }),
    )
  })
}

interface Network {
  readonly placed: readonly Placed[]
  readonly complaints: readonly Complaint[]
}

function setUpNetwork(config: NodeConfig): Talk<Network> {
  const network = andThen(readLinks(), links =>
    andThen(readDevicePaths(links), devicePaths => {
      const { placed, complaints } = placeInterfaces(config.interfaces, links, devicePaths)
      return andThen(renameLinks(links, placed), () =>
        andThen(
          collect([
            holdNodeSysctls(),
            ...placed.map(configureInterface),
            assertKernel(config, placed),
            assertHeartbeat(config.serial.heartbeat),
          ]),
          more => done<Network>({ placed, complaints: [...complaints, ...more] }),
        ),
      )
    }),
  )
  return recover(network, ({ errno, step }) =>
    done({ placed: [], complaints: [cannot(step, errno)] }),
  )
}

const holdNodeSysctls = (): Talk<readonly Complaint[]> =>
  recover<readonly Complaint[]>(
    andThen(holdSysctls(nodeSysctls(4)), () => done([])),
    ({ errno, step }) => done([cannot(step, errno)]),
  )

function readStamp(): Talk<StampInput> {
  return andThen(readOptional(`${FOLDER}/base.json`), base =>
    andThen(readOptional(`${FOLDER}/stamp.json`), stamp =>
      andThen(readOptional(`${FOLDER}/node.json`), config =>
        andThen(file({ kind: 'list', path: `${FOLDER}/stamp.d` }), ({ names }) =>
          andThen(readAskedNode(), asked =>
            done({
              ...(base === undefined ? {} : { base }),
              ...(stamp === undefined ? {} : { stamp }),
              ...(config === undefined ? {} : { config }),
              ...(asked === undefined ? {} : { asked }),
              marks: names ?? [],
            }),
          ),
        ),
      ),
    ),
  )
}

const readOptional = (path: string): Talk<Uint8Array | undefined> =>
  andThen(file({ kind: 'read', path }), ({ content }) => done(content))

/** A node that cannot be logged in to serves all the same. */
function writeAccounts(
  { access }: NodeConfig,
  placed: readonly Placed[],
): Talk<readonly Complaint[]> {
  const management = placed.map(each => each.config).filter(({ role }) => role === 'management')
  return andThen(readOptional('/etc/shadow'), shadow => {
    const files = accountFiles(access, management, shadow ?? new Uint8Array(0))
    return recover<readonly Complaint[]>(
      andThen(forEach(files, doFile), () => done([])),
      ({ errno, step }) => done([{ ...cannot(step, errno), severity: 'warn' }]),
    )
  })
}

const writeReady = (config: NodeConfig): Talk<void> =>
  doFile({
    kind: 'write',
    path: '/run/director/ready',
    content: utf8Bytes(`${config.node.name}\n`),
    mode: 0o644,
  })

function doFile(step: FileStep): Talk<void> {
  return andThen(file(step), ({ errno }) => {
    const isThere = step.kind === 'make_directory' && errno === EEXIST
    return errno === 0 || isThere ? done(undefined) : failed(errno, `write ${step.path}`)
  })
}

const collect = (talks: readonly Talk<readonly Complaint[]>[]): Talk<readonly Complaint[]> =>
  andThen(
    forEach(talks, talk => talk),
    lists => done(lists.flat()),
  )

const cannot = (step: string, errno: number): Complaint => ({
  severity: 'refuse',
  code: 'setup_failed',
  message: `director-setup cannot ${step}`,
  found: errnoName(errno),
  remedy:
    errno === ENOENT
      ? 'the kernel lacks it: build the image again with the kernel of the recipe'
      : 'boot again; if it stays so, build the image again',
})

function report(
  complaints: readonly Complaint[],
  exitCode: SetupReport['exitCode'],
  config?: NodeConfig,
): SetupReport {
  const lines = complaints.flatMap(renderComplaint)
  if (config !== undefined) {
    lines.push(`director-setup: this is ${config.node.name} of ${config.cluster}, ready to serve`)
  }
  return { exitCode, complaints, lines }
}
