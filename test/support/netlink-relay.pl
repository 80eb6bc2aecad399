#!/usr/bin/perl
# Netlink sockets and files of the network namespace that this runs in, over standard input and
# output, a line each way: Node has no netlink sockets, and perl-base is on every Debian.
#
#   send route|generic|netfilter HEX     -> got HEX ... end ERRNO
#   read|read_link PATH                  -> got HEX ... end ERRNO
#   list PATH                            -> got HEX (a name each) ... end ERRNO
#   make_directory PATH MODE             -> end ERRNO
#   run HEX (a shell command)            -> got HEX (its output) ... end EXIT-CODE
#   write PATH HEX [MODE]                -> end ERRNO
use strict;
use warnings;
use Errno qw(EAGAIN);
use Fcntl qw(O_WRONLY O_CREAT O_TRUNC);

my ($AF_NETLINK, $SOCK_RAW, $MSG_DONTWAIT) = (16, 3, 0x40);
my %protocol = (route => 0, generic => 16, netfilter => 12);
my %sockets;
$| = 1;

for my $name (keys %protocol) {
    socket(my $socket, $AF_NETLINK, $SOCK_RAW, $protocol{$name}) or next;
    setsockopt($socket, 270, 12, pack('i', 1));    # SOL_NETLINK, NETLINK_GET_STRICT_CHK
    bind($socket, pack('SSLL', $AF_NETLINK, 0, 0, 0)) or next;
    $sockets{$name} = $socket;
}

sub got { print 'got ', unpack('H*', $_[0]), "\n" }

sub exchange {
    my ($socket, $datagram) = @_;
    return 93 unless $socket;
    defined send($socket, $datagram, 0) or return $! + 0;
    while (1) {
        my $buffer;
        if (defined recv($socket, $buffer, 65536, $MSG_DONTWAIT)) { got($buffer) }
        elsif ($! == EAGAIN) { return 0 }
        else { return $! + 0 }
    }
}

print "end 0\n";    # Ready: a serial port loses what is said to it before.
while (my $line = <STDIN>) {
    chomp $line;
    my ($verb, @rest) = split / /, $line;
    @rest = (pack 'H*', $rest[0]) if $verb eq 'run';
    my $errno = 0;
    if ($verb eq 'send') {
        $errno = exchange($sockets{ $rest[0] }, pack('H*', $rest[1]));
    } elsif ($verb eq 'read') {
        if (open(my $file, '<', $rest[0])) { local $/; got(<$file> // '') }
        else { $errno = $! + 0 }
    } elsif ($verb eq 'read_link') {
        my $target = readlink $rest[0];
        if (defined $target) { got($target) } else { $errno = $! + 0 }
    } elsif ($verb eq 'list') {
        if (opendir(my $folder, $rest[0])) { got($_) for grep { !/^\.\.?$/ } readdir $folder }
        else { $errno = $! + 0 }
    } elsif ($verb eq 'make_directory') {
        mkdir($rest[0], oct($rest[1])) or $errno = $! + 0;
    } elsif ($verb eq 'run') {
        my $output = qx{$rest[0]};
        got($output // '');
        $errno = $? >> 8;
    } elsif ($verb eq 'write') {
        my $flags = O_WRONLY | (defined $rest[2] ? O_CREAT | O_TRUNC : 0);
        if (sysopen(my $file, $rest[0], $flags, oct($rest[2] // '644'))) {
            defined syswrite($file, pack('H*', $rest[1] // '')) or $errno = $! + 0;
        } else { $errno = $! + 0 }
    }
    print "end $errno\n";
}
