import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Crew, Member } from './crew.ts'
import type { LabRun } from './run.ts'
import type { StationPlan } from './stations.ts'

/** nginx on a real server. It answers every request with the station's name. */
export interface WebServer {
  isOn(): boolean
  start(): void
  stop(): Promise<void>
}

/** How to run nginx: a program and the arguments that come before ours. */
export type NginxCommand = readonly [program: string, ...args: string[]]

/** Writes the configuration of a station's nginx, which is still off. */
export function createWebServer(
  run: LabRun,
  crew: Crew,
  station: StationPlan,
  nginx: NginxCommand,
  onLine: (line: string) => void,
): WebServer {
  const folder = join(run.folder, station.name)
  const config = join(folder, 'nginx.conf')
  mkdirSync(folder, { recursive: true })
  writeFileSync(config, nginxConfig(station, folder))
  let member: Member | undefined
  return {
    isOn: () => member !== undefined,
    start() {
      if (member !== undefined) return
      const [program, ...args] = nginx
      const started = crew.start(program, [...args, '-p', folder, '-e', 'stderr', '-c', config], {
        namespace: run.namespace(station.name),
        onLine,
      })
      member = started
      void started.ended.then(() => {
        if (member === started) member = undefined
      })
    },
    async stop() {
      await member?.end()
    },
  }
}

/** The configuration of nginx on a station; one process, nothing kept on disk. */
export function nginxConfig(station: StationPlan, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `  ${name}_temp_path ${folder}/${name};`,
  )
  const servers = station.ports.map(
    port =>
      `  server { listen 0.0.0.0:${port}; location / { default_type text/plain; return 200 "${station.name}\\n"; } }`,
  )
  return [
    'daemon off;',
    'master_process off;',
    'user root;',
    'error_log stderr warn;',
    `pid ${folder}/nginx.pid;`,
    'events { worker_connections 4096; }',
    'http {',
    '  access_log off;',
    '  keepalive_timeout 5s;',
    ...temporary,
    ...servers,
    '}',
    '',
  ].join('\n')
}
