/** The help of each program. */
export const USAGE: Readonly<Record<string, string>> = {
  directord: `usage: directord [--config FILE] [--socket PATH] [--no-realtime] [--replay FILE]

The director agent: VRRP, its VIPs, IPVS and the checks of real servers. Needs root.

  --config FILE   the node's configuration; default /etc/director/node.json
  --socket PATH   where directorctl reaches it; default /run/director/control
  --no-realtime   neither real-time scheduling nor locked memory
  --replay FILE   run nothing: print what a recorded run leads to, the same bytes as the simulator
  --version       print the version
  --help          print this

example: directord --config node.json --socket /run/director/control
`,
  directorctl: `usage: directorctl COMMAND [NAME] [--json] [--socket PATH]

Asks the director agent of this machine, or tells it what to do.

  status              who is active and why, services and their real servers
  paths               how the peer is heard on each path of the heartbeat, what is pinged, and
                      which rule decides
  explain [INSTANCE]  why this state: what led there, what the peer said, what comes next
  events [--follow]   what happened last; with --follow also what happens from now on
  standby [GROUP]     hand the VIPs over and stay backup until join; refused while the
                      peer is not heard or cannot take over. --force: also then
  takeover [GROUP]    take the VIPs: the peer is asked, and closes first. Without a heartbeat: from
                      an active router of lower priority. --force: that way although the peer
                      is not heard
  hold [GROUP]        keep a backup from taking over until join
  join [GROUP]        end standby and hold
  reload FILE         take another node.json without a start: services, real servers, weights,
                      schedulers, checks, and VIPs of instances with a virtual MAC. What differs
                      besides refuses all of it. --check: only say what it would change.
                      The next boot has the configuration of the stamp: stamp the node as well
  install DISK        write this system to a disk, after a question; ask: choose from a list.
                      --yes: without the question; --erase: then also a disk that is not empty
  confirm             what was started on trial from a flash disk starts from now on
  --json              the answer as the agent gave it, for programs
  --socket PATH       default /run/director/control
  --version           print the version
  --help              print this

Exit code: 0 answered or begun, 1 refused or the agent does not answer, 2 wrong usage.

example: directorctl standby service && directorctl events --follow
         directorctl reload /run/node.json --check
         directorctl install vda
`,
  'director-setup': `usage: director-setup

Prepares this machine at boot, from its stamp: interfaces, addresses, routes, access.
It is started by the boot scripts and takes no options.

Exit code: 0 may serve, 1 no valid stamp, 2 something that the stamp names is missing.
`,
}
