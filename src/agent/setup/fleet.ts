import { EEXIST, errnoName } from '../kernel/errno.ts'
import { isDevice } from '../kernel/find-interface.ts'
import { readLinks } from '../kernel/read-network.ts'
import { andThen, done, type FileStep, failed, file, forEach, type Talk } from '../kernel/talk.ts'
import { asciiText } from '../kernel/text.ts'
import type { Link } from '../wire/netlink-link.ts'
import { decodeMac } from '../wire/text-address.ts'
import { chooseNode, type FleetNode, type MachineMarks } from './choose-node.ts'
import type { Complaint } from './complaint.ts'
import type { TextTools } from './stamp-check.ts'

/** How the stamp came to be in its place. */
export type Fleet =
  /** The image is for one node, or for none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'chosen'; readonly name: string; readonly by: string }
  | { readonly kind: 'refused'; readonly complaint: Complaint }

const FOLDER = '/etc/director'
const INDEX = `${FOLDER}/fleet.json`
const MEMBERS = `${FOLDER}/fleet`

/**
 * In an image that holds several nodes: finds the one that this machine is, lays its stamp where a
 * single one lies, and removes the others', which hold secrets.
 */
export function takeStampFromFleet(tools: TextTools): Talk<Fleet> {
  return andThen(readOptional(INDEX), content =>
    andThen(file({ kind: 'list', path: MEMBERS }), ({ errno }) => {
      if (content === undefined) return done(errno === 0 ? refused(truncated) : NONE)
      const nodes = readIndex(tools.decode(content))
      if (nodes === undefined) return done(refused(malformed))
      return andThen(readMachine(tools), machine => {
        const choice = chooseNode(nodes, machine)
        if (choice.kind === 'refused') return done<Fleet>(choice)
        const { node, by } = choice
        return andThen(takeStamp(node), () =>
          andThen(forEach(nodes, forget), () =>
            done<Fleet>({ kind: 'chosen', name: `${node.node} of ${node.cluster}`, by }),
          ),
        )
      })
    }),
  )
}

const NONE: Fleet = { kind: 'none' }
const refused = (complaint: Complaint): Fleet => ({ kind: 'refused', complaint })

function readIndex(text: string): readonly FleetNode[] | undefined {
  let index: { readonly schema?: unknown; readonly nodes?: unknown } | null
  try {
    index = JSON.parse(text)
  } catch {
    return undefined
  }
  if (index?.schema !== 1 || !Array.isArray(index.nodes)) return undefined
  return index.nodes.every(isFleetNode) ? index.nodes : undefined
}

function isFleetNode(value: unknown): value is FleetNode {
  const node = value as Partial<Record<keyof FleetNode, unknown>> | null
  const { cluster, node: name, macs, dmi_serial } = node ?? {}
  const isSerial = dmi_serial === undefined || typeof dmi_serial === 'string'
  return typeof cluster === 'string' && typeof name === 'string' && isSerial && Array.isArray(macs)
}

function readMachine({ decode }: TextTools): Talk<MachineMarks> {
  return andThen(readLinks(), links =>
    andThen(readOptional('/sys/class/dmi/id/product_serial'), serial =>
      andThen(readAskedNode(), asked => {
        const dmi_serial = decode(serial ?? new Uint8Array(0)).trim()
        return done({
          nics: links.filter(isNic).map(link => ({ name: link.name, macs: macsOf(link) })),
          ...(dmi_serial === '' ? {} : { dmi_serial }),
          ...(asked === undefined ? {} : { asked }),
        })
      }),
    ),
  )
}

/** Who the loader, or a person at it, says that this machine is. */
export const readAskedNode = (): Talk<string | undefined> =>
  andThen(readOptional('/proc/cmdline'), commandLine =>
    done(askedNode(asciiText(commandLine ?? new Uint8Array(0)))),
  )

/** The last `director.node=` of a command line, as the kernel takes its arguments. */
export function askedNode(commandLine: string): string | undefined {
  const key = 'director.node='
  const words = commandLine
    .trim()
    .split(' ')
    .filter(word => word.startsWith(key))
  const asked = words.at(-1)?.slice(key.length)
  return asked === '' ? undefined : asked
}

// A stacked link has the address of the one below it; at boot there is none yet.
const isNic = (link: Link) => link.mac.length === 6 && link.name !== 'lo' && isDevice(link)

function macsOf({ mac, permanentMac }: Link): readonly string[] {
  const macs = [permanentMac ?? mac, mac].map(decodeMac)
  return macs.filter((each, at) => macs.indexOf(each) === at)
}

const folderOf = ({ cluster, node }: FleetNode) => `${MEMBERS}/${cluster}/${node}`

function takeStamp(node: FleetNode): Talk<void> {
  const [name, folder] = [node.node, folderOf(node)]
  return andThen(read(`${folder}/node.json`), config =>
    andThen(read(`${folder}/stamp.json`), stamp =>
      andThen(
        forEach<FileStep, void>(
          [
            { kind: 'write', path: `${FOLDER}/node.json`, content: config, mode: 0o600 },
            { kind: 'make_directory', path: `${FOLDER}/stamp.d`, mode: 0o755 },
            {
              ...{ kind: 'write', path: `${FOLDER}/stamp.d/${name}`, mode: 0o644 },
              content: new Uint8Array(0),
            },
            { kind: 'write', path: `${FOLDER}/stamp.json`, content: stamp, mode: 0o644 },
          ],
          mustDo,
        ),
        () => done(undefined),
      ),
    ),
  )
}

/** What cannot be removed does not keep the node from serving. */
const forget = (node: FleetNode): Talk<unknown> =>
  file({ kind: 'remove', path: `${folderOf(node)}/node.json` })

function mustDo(step: FileStep): Talk<void> {
  return andThen(file(step), ({ errno }) => {
    const isThere = step.kind === 'make_directory' && errno === EEXIST
    return errno === 0 || isThere ? done(undefined) : failed(errno, `write ${step.path}`)
  })
}

function read(path: string): Talk<Uint8Array> {
  return andThen(file({ kind: 'read', path }), ({ errno, content }) =>
    content === undefined ? failed(errno, `read ${path}`) : done(content),
  )
}

const readOptional = (path: string): Talk<Uint8Array | undefined> =>
  andThen(file({ kind: 'read', path }), ({ content }) => done(content))

const truncated: Complaint = {
  severity: 'refuse',
  code: 'fleet_truncated',
  message: 'the stamps of the nodes are cut short: only a part of them was loaded',
  expected: INDEX,
  found: errnoName(2),
  remedy: 'write the image again and compare its size',
}

const malformed: Complaint = {
  severity: 'refuse',
  code: 'fleet_malformed',
  message: 'fleet.json is not one that this image understands',
  expected: 'schema 1 with a list of nodes',
  remedy: 'build image and stamps with the same version of the tool',
}
