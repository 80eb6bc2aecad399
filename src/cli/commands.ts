import type { Command } from 'commander'

/** One file in `commands/`: it says its options and what runs. Loaded only when it is called. */
export interface CommandFile {
  configure(command: Command): void
}

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** A call that works as it is, for the help. */
  readonly example: string
  readonly load: () => Promise<CommandFile>
}

/** Every command of the tool, in the order in which the help shows them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'write a cluster file for a new pair, and its secrets',
    example: 'director init my-pair --nodes lb1,lb2',
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'validate',
    summary: 'check a cluster file and say what it means',
    example: 'director validate examples/pair/cluster.yaml',
    load: () => import('./commands/validate.ts'),
  },
  {
    name: 'build',
    summary: 'make the images of every node of a cluster',
    example: 'director build examples/pair/cluster.yaml',
    load: () => import('./commands/build.ts'),
  },
  {
    name: 'stamp',
    summary: 'make a built image one node, without a build',
    example: 'director stamp out/pair/base.iso examples/pair/cluster.yaml --node lb1 -o lb1.iso',
    load: () => import('./commands/stamp.ts'),
  },
  {
    name: 'inspect',
    summary: 'say what a file of a build is and what is in it',
    example: 'director inspect out/pair/iso/lb1.iso',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'serve',
    summary: 'offer a build by HTTP to machines that boot from the network',
    example: 'director serve out/pair --listen 127.0.0.1:8080',
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'size',
    summary: 'say where each byte of an image goes, and what grew',
    example: 'director size out/pair --svg size.svg',
    load: () => import('./commands/size.ts'),
  },
  {
    name: 'release',
    summary: 'collect what has to go with images that are passed on: the sources',
    example: 'director release out/pair --sources',
    load: () => import('./commands/release.ts'),
  },
  {
    name: 'lab',
    summary: 'boot the pair on this machine, with real servers and a client around it',
    example: 'director lab examples/pair/cluster.yaml --check',
    load: () => import('./commands/lab.ts'),
  },
  {
    name: 'drill',
    summary: 'try the failures of a pair in virtual time: who would own the VIPs, and when',
    example: 'director drill examples/pair/cluster.yaml --html drill.html',
    load: () => import('./commands/drill.ts'),
  },
  {
    name: 'test',
    summary: 'run the checks and tests of this project',
    example: 'director test --only check,unit',
    load: () => import('./commands/test.ts'),
  },
  {
    name: 'bench',
    summary: 'measure every promised figure, beside its limit or its peer',
    example: 'director bench --only rebuild',
    load: () => import('./commands/bench.ts'),
  },
  {
    name: 'agent',
    summary: 'build the director agent, one static program for any Linux on x86_64',
    example: 'director agent --out directord',
    load: () => import('./commands/agent.ts'),
  },
  {
    name: 'lock',
    summary: 'write the newest package versions into the lock of the recipe',
    example: 'director lock',
    load: () => import('./commands/lock.ts'),
  },
]
