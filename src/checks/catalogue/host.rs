//! HOST: the machine that the ceremony runs on.

use super::{Check, Entry, Level};

pub(super) static BINARY: Entry = Entry {
    check: Check::HostBinary,
    id: "HOST-BINARY",
    level: Level::Refuse,
    enforced: false,
    demands: "The SHA-256 of the running program equals the one in the plan, when the plan gives one.",
    why: "A reviewed plan is only as good as the program that carries it out. Oxide hashes the disc that its \
        ceremony machine boots from in front of witnesses, so that the program in the room is the one that \
        was built and reviewed outside.",
    mend: "Compare by hand: `sha256sum` on the program file, against the digest on the release page or on \
        the reviewed paper. If they differ, do not sign; fetch the released program again on another machine \
        and on another medium, and write the digest of the right one into the plan.",
};

pub(super) static NETWORK: Entry = Entry {
    check: Check::HostNetwork,
    id: "HOST-NETWORK",
    level: Level::Refuse,
    enforced: false,
    demands: "No network interface other than loopback is up, there is no route, and no radio is unblocked.",
    why: "An air gap is usually a sentence in a script that somebody reads aloud. We know of no ceremony \
        system that looks for itself, although a laptop that found its old wireless network again looks just \
        like one that did not.",
    mend: "Pull the cable, switch the radios off in the firmware or with `rfkill block all`, and take every \
        interface down with `ip link set NAME down`. `ip address` and `ip route` should then show loopback \
        and nothing else. Better, use a machine without radios.",
};

pub(super) static CLOCK: Entry = Entry {
    check: Check::HostClock,
    id: "HOST-CLOCK",
    level: Level::Refuse,
    enforced: false,
    demands: "A witness types in UTC from an independent clock. The system clock is within 5 minutes of it, \
        later than the newest trusted metadata, and earlier than the plan's horizon.",
    why: "Expiry dates are computed from this clock, and an offline machine has nothing to correct it. At a \
        ceremony of IANA's in 2014 the step that sets the time zone was missed, with a script, witnesses and \
        practice of years in the room.",
    mend: "Read UTC from two clocks that were not set by the same person, and set the machine's with `date \
        -u -s 'YYYY-MM-DD HH:MM:SS'`. An empty clock battery shows as a date years ago: replace it before \
        the next ceremony. Anything drafted while the clock was wrong has to be drafted and frozen again.",
};

pub(super) static MEMORY: Entry = Entry {
    check: Check::HostMemory,
    id: "HOST-MEMORY",
    level: Level::Refuse,
    enforced: false,
    demands: "There is no swap, no core dump can be written, no other process may trace this one, and pages \
        that hold secrets are locked in memory.",
    why: "A PIN that was typed lives in memory for a moment. Swap and core dumps copy that moment to a disk, \
        where deleting it later cannot be proven, and the disk outlives the ceremony.",
    mend: "Switch swap off with `swapoff -a`, core dumps with `ulimit -c 0`, and boot from read-only media \
        without a swap partition. Run nothing else as the same user.",
};
