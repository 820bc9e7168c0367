//! A whole ceremony on a machine of its own, with sticks and discs as real as QEMU's are: the kernel finds them on USB and
//! SATA, knows itself what can be taken out, and has every file system that media have.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::genesis::{clients_accept, our_client_accepts};
use crate::machine_media::{Images, Inbox};
use crate::machine_qemu::{Machine, Parts, Plugged};
use crate::media_stick::told;
use crate::record_seal::sums_hold;
use crate::room::{Done, Room};
use crate::softhsm::{HOLDERS, ONLINE, everybody, planned, room};

/// The sticks that are plugged in at first: name in the plan, role, label, file system.
const STICKS: [[&str; 4]; 8] = [
    ["inbox", "in", "TUF-IN", "vfat"],
    ["inbox-exfat", "in", "TUF-EXFAT", "exfat"],
    ["inbox-ext4", "in", "TUF-EXT4", "ext4"],
    ["inbox-udf", "in", "TUF-UDF", "udf"],
    ["carrier", "out", "TUF-OUT", "vfat"],
    ["locked", "out", "TUF-LOCKED", "vfat"],
    ["safe", "backup", "TUF-SAFE", "vfat"],
    ["spare", "backup", "TUF-SPARE", "exfat"],
];
/// The disc in the drive.
const DISC: [&str; 4] = ["disc", "in", "TUF-DISC", "iso9660"];
/// A stick that comes later, and a disc that is burnt.
const LATER: [[&str; 4]; 2] =
    [["later", "in", "TUF-LATER", "vfat"], ["archive", "backup", "TUF-ARCHIVE", "iso9660"]];

const SETS: &str = r#"
[set.website]
contents = "online"
media = ["carrier", "locked"]
existing = "keep"

[set.everything]
contents = "restore"
media = ["safe", "spare", "archive"]
existing = "refuse"
"#;

#[test]
#[ignore = "a machine in QEMU, a minute long: tests/run --full runs it"]
fn a_ceremony_on_a_machine_of_its_own() {
    let test = "machine::a_ceremony_on_a_machine_of_its_own";
    let Some(parts) = Parts::find(test) else { return };
    let Some(room) = room(test) else { return };
    planned(&room, "example-machine", &[]);
    let media =
        STICKS.iter().chain([&DISC]).chain(&LATER).map(|[name, role, label, _]| {
            format!("\n[media.{name}]\nrole = \"{role}\"\nlabel = \"{label}\"\n")
        });
    let media: String = media.collect();
    room.write("ceremony.toml", format!("{}{media}{SETS}", room.read("ceremony.toml")));
    let inbox = Inbox::new();
    let (images, disc) = prepared(&room, &inbox);
    let untouched = || ["inbox", "inbox-ext4", "locked"].map(|name| fs::read(images.path(name)).unwrap());
    let before = untouched();
    let mut machine = switched_on(&parts, &room, &images);
    only_what_can_be_pulled_is_offered(&mut machine);
    the_right_stick_comes_later(&mut machine, &images, &inbox);
    a_stick_is_pulled_while_it_is_read(&mut machine, &images, &inbox);
    every_file_system_comes_in(&mut machine, &inbox, &disc);
    three_holders_sign(&mut machine);
    the_release_goes_out(&mut machine);
    a_disc_is_burnt(&mut machine, &images, &disc);
    a_stick_is_pulled_while_it_is_written(&mut machine, &images);
    machine.run(&["seal"]).ok();
    machine.off(&images.path("disk"), "c", &images.path(""));
    assert!(untouched() == before, "a stick was written to that was to be read");
    fs::remove_dir_all(room.path("")).unwrap();
    fs::rename(images.path("c"), room.path("")).unwrap();
    everything_is_there(test, &room, &images, &inbox);
}

/// The images of all that the machine is given, and the digest of the manifest on the disc.
fn prepared(room: &Room, inbox: &Inbox) -> (Images, String) {
    let images = Images::new();
    // The built-in disk has a label of the plan, and is no medium all the same.
    images.ext4("disk", "TUF-LATER", 64, &room.beside(""));
    images.blank("burner", 16);
    images.fat("inbox", "TUF-IN", 32);
    images.copy_in("inbox", inbox.path());
    images.make_dirty("inbox");
    told("mkfs.exfat", &["-L", "TUF-EXFAT", &images.blank("inbox-exfat", 16)]);
    images.ext4("inbox-ext4", "TUF-EXT4", 16, inbox.path());
    let udf = images.blank("inbox-udf", 16);
    told("mkudffs", &["--label=TUF-UDF", "--media-type=hd", "--blocksize=512", &udf]);
    images.fat("later", "TUF-LATER", 16);
    images.copy_in("later", inbox.path());
    images.fat_in_partition("carrier", "TUF-OUT", 48);
    images.fat("locked", "TUF-LOCKED", 16);
    images.fat("safe", "TUF-SAFE", 32);
    told("mkfs.exfat", &["-L", "TUF-SPARE", &images.blank("spare", 32)]);
    let disc = images.disc("disc", "TUF-DISC");
    (images, disc)
}

fn switched_on(parts: &Parts, room: &Room, images: &Images) -> Machine {
    let paths = STICKS.map(|[name, ..]| images.path(name));
    let plugged = STICKS.iter().zip(&paths).map(|([name, ..], image)| {
        let options = match *name {
            "locked" => ",readonly=on",
            // So slow that they can be pulled while they are read or written.
            "inbox-ext4" => ",throttling.bps-read=1000000",
            "safe" => ",throttling.bps-write=500000",
            _ => "",
        };
        Plugged { name, image, options }
    });
    let plugged: Vec<Plugged> = plugged.collect();
    let disks = [images.path("disk"), images.path("burner")];
    let mut machine = Machine::on(parts, &room.beside(""), &disks, &images.path("disc"), &plugged);
    let all = disks.len() + plugged.len() + 1;
    machine.told(&format!("until [ $(ls -d /sys/block/s[dr]* | wc -l) = {all} ]; do usleep 20000; done"));
    assert_eq!(machine.told("ls /sys/class/net"), "lo\n");
    // What the kernel does not know yet it learns when the program asks for it.
    assert_eq!(machine.shell("grep -E 'vfat|exfat|udf|iso9660' /proc/filesystems").out, "");
    machine
}

/// Plugs in a stick, perhaps once more, and waits until it is found.
fn plug_in(machine: &mut Machine, images: &Images, name: &str, label: &str) {
    machine.plug_in(&format!("{name}-now"), &images.path(name));
    while !listed(machine).iter().any(|one| one["label"] == label) {}
}

fn listed(machine: &mut Machine) -> Vec<Value> {
    machine.run(&["media", "list", "--json"]).ok().json().as_array().unwrap().clone()
}

/// The device that has a label.
fn device(machine: &mut Machine, label: &str) -> String {
    let found = listed(machine).into_iter().find(|one| one["label"] == label).unwrap();
    found["device"].as_str().unwrap().to_owned()
}

fn only_what_can_be_pulled_is_offered(machine: &mut Machine) {
    let all = listed(machine);
    let told = |one: &Value| ["bus", "serial", "label", "file_system"].map(|name| one[name].clone());
    let stick =
        |[name, _, label, system]: [&str; 4]| [json!("usb"), json!(name), json!(label), json!(system)];
    let mut expected = STICKS.map(stick).to_vec();
    expected.push([json!("ata"), json!(null), json!(DISC[2]), json!(DISC[3])]);
    assert_eq!(all.iter().map(told).collect::<Vec<_>>(), expected);
    let locked: Vec<&Value> =
        all.iter().filter(|one| one["read_only"] == true).map(|one| &one["label"]).collect();
    assert_eq!(locked, ["TUF-LOCKED", "TUF-DISC"]);
    let of_partition: Vec<&Value> =
        all.iter().filter(|one| one["name"].as_str().unwrap().len() > 3).map(|one| &one["label"]).collect();
    assert_eq!(of_partition, ["TUF-OUT"]);
}

fn import(machine: &mut Machine, name: &str, digest: &str) -> Done {
    machine.run(&["media", "import", "--from", name, "--confirm", &digest[..8]])
}

/// The wrong ones are named, each with what it is.
fn the_right_stick_comes_later(machine: &mut Machine, images: &Images, inbox: &Inbox) {
    let names = listed(machine).into_iter().map(|one| one["name"].as_str().unwrap().to_owned());
    let others = names.zip(STICKS.iter().chain([&DISC])).map(|(device, [name, role, label, _])| {
        format!("{device} is {label}, the medium {name} of the role {role}")
    });
    let others: Vec<String> = others.collect();
    let what = format!("no medium labelled TUF-LATER is inserted; {}", others.join(", "));
    let next = "Nothing was touched. Insert the medium labelled TUF-LATER, and run the command again.";
    import(machine, "later", &inbox.digest).failed(5, &what, next);
    plug_in(machine, images, "later", "TUF-LATER");
    import(machine, "later", &inbox.digest).ok();
}

/// The command noticed that the medium went away, while it did something to a file.
#[track_caller]
fn is_broken_off(done: &Done, label: &str, act: &str) {
    // An export says before that it is writing.
    let out = format!("The medium labelled {label} is unmounted, and can be taken out.\n");
    assert!(done.code == 5 && done.out.ends_with(&out), "{done:?}");
    let (what, next) = done.err.split_once('\n').unwrap();
    assert!(what.starts_with(&format!("error: on the medium labelled {label}: cannot {act}")), "{what}");
    let step = "If it was pulled out, insert it again and run the command again. Otherwise use another medium, and do not rely \
                on what is on this one: it cannot be read or written as it must.";
    assert_eq!(next, format!("  next: {step}\n"));
}

/// In the middle of a file. Nothing has come in; once it is plugged in again, all of it does.
fn a_stick_is_pulled_while_it_is_read(machine: &mut Machine, images: &Images, inbox: &Inbox) {
    machine.begin(&["media", "import", "--from", "inbox-ext4", "--confirm", &inbox.digest[..8]]);
    machine.pull_after("inbox-ext4", "rd_bytes", 3 << 19);
    is_broken_off(&machine.finish(), "TUF-EXT4", "read /deep/large.bin: ");
    assert_eq!(machine.told("ls $room/c/imported"), "TUF-LATER-1\n");
    plug_in(machine, images, "inbox-ext4", "TUF-EXT4");
}

/// FAT, exFAT, ext4, UDF and ISO 9660, by the kernel's own drivers; a FAT that somebody pulled too early is no obstacle.
fn every_file_system_comes_in(machine: &mut Machine, inbox: &Inbox, disc: &str) {
    import(machine, "inbox", &inbox.digest).ok();
    // Some are not written here by any program but the kernel: this machine is also that on which they are prepared.
    for (label, system) in [("TUF-EXFAT", "exfat"), ("TUF-UDF", "udf")] {
        let stick = device(machine, label);
        let copy = "cp -r $room/c/imported/TUF-IN-1/* /tmp/stick";
        machine.told(&format!(
            "mkdir -p /tmp/stick; mount -t {system} {stick} /tmp/stick && {copy} && umount /tmp/stick"
        ));
    }
    for [name, role, label, _] in &STICKS[1..] {
        if *role == "in" {
            import(machine, name, &inbox.digest).ok();
            machine.told(&format!("cd $room/c/imported/{label}-1; sha256sum -c MANIFEST"));
        }
    }
    import(machine, "disc", disc).ok();
    assert_eq!(machine.told("ls $room/c/imported/TUF-DISC-1"), "MANIFEST\nceremony.toml\ntranscript.jsonl\n");
    assert!(!machine.told("cat /proc/mounts").contains("/dev/sd[c-z]"));
}

fn three_holders_sign(machine: &mut Machine) {
    for person in everybody() {
        machine.run_with_pin(person.pin, &["token", "provision", "--key", person.key]).ok();
    }
    machine.run(&["draft"]).ok();
    machine.run(&["freeze"]).ok();
    let index: Value = serde_json::from_str(&machine.told("cat $room/c/payloads/index.json")).unwrap();
    let typed = |role: &str| index[role]["1"].as_str().unwrap()[..8].to_owned();
    let people = HOLDERS[..3].iter().map(|person| (person, ["root", "targets"]));
    for (person, roles) in people.chain([(&ONLINE, ["snapshot", "timestamp"])]) {
        let [first, second] = roles.map(typed);
        let sign = ["sign", "--key", person.key, "--confirm", &first, "--confirm", &second];
        machine.run_with_pin(person.pin, &sign).ok();
    }
    machine.run(&["release"]).ok();
}

fn export(machine: &mut Machine, set: &str, to: &str) -> Done {
    machine.run(&["media", "export", "--set", set, "--to", to, "--json"])
}

/// What it says for machines; to people it says that it is writing.
fn exported(machine: &mut Machine, set: &str, to: &str) -> Value {
    export(machine, set, to).code(0).json()
}

/// `media check` of a device, with the ceremony and elsewhere: whole, and the record has it in that line, or as `record` says.
fn is_whole(machine: &mut Machine, device: &str, manifest: &Value, record: &Value) {
    let checked = machine.run(&["media", "check", device, "--json"]).ok().json();
    let told = |one: &Value| ["manifest", "record", "whole"].map(|name| one[name].clone());
    assert_eq!(told(&checked["folders"][0]), [manifest.clone(), record.clone(), json!(true)]);
    let elsewhere = machine.told(&format!("cd /tmp; tuf-ceremony media check {device} --json"));
    let elsewhere: Value = serde_json::from_str(&elsewhere).unwrap();
    assert_eq!(told(&elsewhere["folders"][0]), [manifest.clone(), json!(null), json!(true)]);
}

/// The last line of the record with an event, and its number, from 0.
fn recorded(machine: &mut Machine, event: &str) -> Option<(usize, Value)> {
    let record = machine.told("cat $room/c/transcript.jsonl");
    let lines = record.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).enumerate();
    lines.filter(|(_, line)| line["event"] == event).last()
}

fn the_release_goes_out(machine: &mut Machine) {
    let next = "Nothing was written. Look for a switch on its side, or use another medium.";
    export(machine, "website", "locked").failed(5, "the medium labelled TUF-LOCKED is write-protected", next);
    let done = exported(machine, "website", "carrier");
    assert_eq!((&done["read_back"], &done["before"]), (&json!("past the page cache"), &json!(false)));
    let (number, _) = recorded(machine, "media-exported").unwrap();
    let carrier = device(machine, "TUF-OUT");
    is_whole(machine, &carrier, &done["manifest"], &json!(number));
}

/// What `media list` says of the disc drive.
fn drive(machine: &mut Machine) -> [Value; 3] {
    let drive = listed(machine).into_iter().find(|one| one["name"] == "sr0").unwrap();
    ["readable", "label", "bytes"].map(|name| drive[name].clone())
}

/// The disc in the drive, none, and the one that is burnt from the image: each is what it is at the first look.
fn a_disc_is_burnt(machine: &mut Machine, images: &Images, disc: &str) {
    let (number, _) = recorded(machine, "media-imported").unwrap();
    is_whole(machine, "/dev/sr0", &json!(disc), &json!(number));
    machine.take_out_disc();
    assert_eq!(drive(machine), [json!(false), json!(null), json!(null)]);
    let refused = import(machine, "disc", disc);
    assert_eq!(refused.code, 5);
    assert!(refused.err.starts_with("error: no medium labelled TUF-DISC is inserted; "), "{}", refused.err);
    assert!(refused.err.contains(", sr0 is empty, or cannot be read\n"), "{}", refused.err);
    let image = machine.told("echo $room/image.iso").trim().to_owned();
    let done =
        machine.run(&["media", "image", "--set", "everything", "--to", "archive", "--out", &image, "--json"]);
    let done = done.ok().json();
    let (number, _) = recorded(machine, "media-image").unwrap();
    machine.told(&format!("dd if={image} of=/dev/sdb bs=1M conv=fsync; rm {image}"));
    machine.put_in_disc(&images.path("burner"));
    assert_eq!(drive(machine), [json!(true), json!("TUF-ARCHIVE"), json!(16 << 20)]);
    is_whole(machine, "/dev/sr0", &done["manifest"], &json!(number));
}

/// In the middle of a file. Nothing is recorded; another stick does, and so does the same one, with what is left on it.
fn a_stick_is_pulled_while_it_is_written(machine: &mut Machine, images: &Images) {
    let before = recorded(machine, "media-exported").unwrap();
    machine.begin(&["media", "export", "--set", "everything", "--to", "safe"]);
    machine.pull_after("safe", "wr_bytes", 1 << 20);
    is_broken_off(&machine.finish(), "TUF-SAFE", "sync /.example-machine-everything.partial/imported/");
    assert_eq!(recorded(machine, "media-exported").unwrap(), before);
    let done = exported(machine, "everything", "spare");
    assert_eq!(done["read_back"], "past the page cache");
    let (number, _) = recorded(machine, "media-exported").unwrap();
    let spare = device(machine, "TUF-SPARE");
    is_whole(machine, &spare, &done["manifest"], &json!(number));
    plug_in(machine, images, "safe", "TUF-SAFE");
    let done = exported(machine, "everything", "safe");
    let (number, _) = recorded(machine, "media-exported").unwrap();
    let safe = device(machine, "TUF-SAFE");
    is_whole(machine, &safe, &done["manifest"], &json!(number));
}

/// By other programs, after the machine was switched off.
fn everything_is_there(test: &str, room: &Room, images: &Images, inbox: &Inbox) {
    for label in ["TUF-LATER", "TUF-IN", "TUF-EXFAT", "TUF-EXT4", "TUF-UDF"] {
        for name in ["Für Zoë.txt", "deep/large.bin", "MANIFEST"] {
            let came = fs::read(room.path(&format!("imported/{label}-1/{name}"))).unwrap();
            assert!(came == fs::read(inbox.path().join(name)).unwrap(), "{label}: {name}");
        }
    }
    let carrier = images.copy_out("carrier").join("example-machine-website");
    let sums = Command::new("sha256sum")
        .args(["-c", "--strict", "MANIFEST"])
        .current_dir(&carrier)
        .output()
        .unwrap();
    assert!(sums.status.success() && sums.stderr.is_empty(), "{sums:?}");
    for name in room.names("metadata") {
        let there = fs::read(carrier.join("metadata").join(&name)).unwrap();
        assert!(there == fs::read(room.path(&format!("metadata/{name}"))).unwrap(), "{name}");
    }
    assert!(sums_hold(room));
    room.run(&["transcript", "show"]).ok();
    clients_accept(test, room);
    our_client_accepts(room);
}
