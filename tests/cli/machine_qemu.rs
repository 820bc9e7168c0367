//! A machine without a network card, in QEMU: Debian's kernel, a built-in disk, a drive for discs, and sticks that can be
//! pulled. The program under test is the released one.
//!
//! The kernel's messages go to one serial line; the other one is a shell. Nothing waits for ever: QEMU is ended after some
//! minutes, whatever happens, and with it everything that waits for it.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::machine_initrd;
use crate::media_stick::told;
use crate::room::Done;

/// After so many seconds the machine is switched off.
const LONGEST: &str = "280";

/// What such a machine is made of; `None` where it is missing, which is said, and in CI is a failure.
pub struct Parts {
    folder: PathBuf,
    released: PathBuf,
}

impl Parts {
    pub fn find(test: &str) -> Option<Parts> {
        let part = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.exists());
        let parts = (part("TUF_CEREMONY_MACHINE"), part("TUF_CEREMONY_RELEASED"));
        let (Some(folder), Some(released)) = parts else {
            let why = "TUF_CEREMONY_MACHINE or TUF_CEREMONY_RELEASED names nothing: run tests/run --full";
            assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{test}: {why}");
            println!("SKIPPED {test}: {why}");
            return None;
        };
        Some(Parts { folder, released })
    }

    /// QEMU, with its own libraries.
    fn qemu(&self) -> Command {
        let at = |name: &str| self.folder.join(name);
        let libraries = [at("lib/x86_64-linux-gnu"), at("usr/lib/x86_64-linux-gnu")];
        let mut command = Command::new("timeout");
        command.args(["--kill-after=5", LONGEST]).arg(at("lib64/ld-linux-x86-64.so.2")).arg("--library-path");
        command.arg(env::join_paths(libraries).unwrap()).arg(at("usr/bin/qemu-system-x86_64"));
        command.env("QEMU_MODULE_DIR", at("usr/lib/x86_64-linux-gnu/qemu"));
        command.arg("-L").arg(at("usr/share/seabios")).arg("-L").arg(at("usr/share/qemu"));
        command
    }

    fn kernel(&self) -> PathBuf {
        let mut files = fs::read_dir(self.folder.join("boot")).unwrap().map(|file| file.unwrap().path());
        files.find(|path| path.file_name().unwrap().to_string_lossy().starts_with("vmlinuz-")).unwrap()
    }
}

/// A stick that is plugged in.
pub struct Plugged<'a> {
    /// Its name here, and its serial number.
    pub name: &'a str,
    pub image: &'a Path,
    /// More that QEMU is told of it, such as how slow it is.
    pub options: &'a str,
}

/// A machine that is switched on.
pub struct Machine {
    qemu: Child,
    folder: TempDir,
    shell: BufReader<UnixStream>,
    monitor: BufReader<UnixStream>,
    ceremony: String,
}

impl Machine {
    /// Switches it on: with a file system on its built-in disk, which it mounts on `room`; a second built-in disk; a disc;
    /// and sticks.
    pub fn on(parts: &Parts, room: &Path, disks: &[PathBuf; 2], disc: &Path, sticks: &[Plugged]) -> Machine {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        machine_initrd::write(&parts.folder, &parts.released, &folder.path().join("initrd"));
        let mut command = parts.qemu();
        command.args(["-nodefaults", "-no-user-config", "-machine", "q35", "-accel", "tcg", "-m", "512"]);
        command.args(["-nic", "none", "-display", "none", "-no-reboot"]);
        command.arg("-kernel").arg(parts.kernel()).args(["-initrd", &at("initrd"), "-append"]);
        command.arg(format!("console=ttyS0 panic=-1 room={}", room.display()));
        command.args(["-serial", &format!("file:{}", at("console"))]);
        for (option, name) in [("-serial", "shell"), ("-qmp", "monitor")] {
            command.args([option, &format!("unix:{},server=on,wait=off", at(name))]);
        }
        command.args(["-device", "qemu-xhci,id=xhci,p2=15,p3=15"]);
        let complaints = fs::File::create(folder.path().join("complaints")).unwrap();
        let mut attach = |name: &str, image: &Path, drive: &str, device: &str| {
            let image = image.display();
            command.args(["-drive", &format!("if=none,id={name},format=raw,file={image}{drive}")]);
            command.args(["-device", &format!("{device},drive={name},id=device-{name}")]);
        };
        for (number, image) in disks.iter().enumerate() {
            // A disc is burnt from the second one: two have it open then.
            attach(&format!("disk{number}"), image, ",file.locking=off", &format!("ide-hd,bus=ide.{number}"));
        }
        attach("disc", disc, ",readonly=on", "ide-cd,bus=ide.2");
        for Plugged { name, image, options } in sticks {
            attach(name, image, options, &format!("usb-storage,bus=xhci.0,removable=on,serial={name}"));
        }
        let mut qemu = command.stderr(complaints).spawn().unwrap();
        let mut connect = |name: &str| connect(&folder.path().join(name), &mut qemu, folder.path());
        let (shell, monitor) = (connect("shell"), connect("monitor"));
        let ceremony = room.join("c").display().to_string();
        let mut machine = Machine { qemu, folder, shell, monitor, ceremony };
        machine.monitor_line();
        machine.tell("qmp_capabilities", json!({}));
        assert_eq!(machine.line(), "ready");
        machine
    }

    /// Runs the program under test on the ceremony; nobody answers its questions.
    pub fn run(&mut self, arguments: &[&str]) -> Done {
        let command = self.command(arguments);
        self.shell(&command)
    }

    /// The same with a PIN on `--pin-fd`.
    pub fn run_with_pin(&mut self, pin: &str, arguments: &[&str]) -> Done {
        let command = self.command(&[arguments, &["--pin-fd", "0"]].concat());
        self.shell(&format!("echo {pin} | {command}"))
    }

    fn command(&self, arguments: &[&str]) -> String {
        assert!(!arguments.iter().any(|argument| argument.contains('\'')));
        let arguments: Vec<String> = arguments.iter().map(|argument| format!("'{argument}'")).collect();
        format!("tuf-ceremony -C {} {}", self.ceremony, arguments.join(" "))
    }

    /// Runs a line of shell.
    pub fn shell(&mut self, line: &str) -> Done {
        self.type_in(line);
        self.finish()
    }

    /// Runs a line of shell that must succeed, and gives what it prints.
    #[track_caller]
    pub fn told(&mut self, line: &str) -> String {
        let done = self.shell(line);
        assert_eq!(done.code, 0, "{line}: {done:?}");
        done.out
    }

    /// Begins to run the program, and does not wait for its end.
    pub fn begin(&mut self, arguments: &[&str]) {
        let command = self.command(arguments);
        self.type_in(&command);
    }

    fn type_in(&mut self, line: &str) {
        writeln!(self.shell.get_mut(), "{line}").unwrap();
    }

    /// Waits for the end of what was begun.
    pub fn finish(&mut self) -> Done {
        let line = self.line();
        let numbers: Vec<usize> = line.split(' ').map(|number| number.parse().unwrap()).collect();
        let [code, out, err] = numbers[..] else { panic!("{line:?} is no answer") };
        let mut bytes = vec![0; out + err];
        self.shell.read_exact(&mut bytes).unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Done { code: i32::try_from(code).unwrap(), out: text(&bytes[..out]), err: text(&bytes[out..]) }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.shell.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "the machine ended: {}", complaints(self.folder.path()));
        line.trim_end().to_owned()
    }

    /// Pulls a stick once so many bytes have been read from it, or written to it (`rd_bytes`, `wr_bytes`), since it was
    /// plugged in.
    pub fn pull_after(&mut self, name: &str, counter: &str, bytes: u64) {
        loop {
            let all = self.tell("query-blockstats", json!({}));
            let of = |one: &&Value| one["device"] == name;
            let one = all.as_array().unwrap().iter().find(of).unwrap();
            if one["stats"][counter].as_u64().unwrap() >= bytes {
                break;
            }
            sleep(Duration::from_millis(20));
        }
        self.tell("device_del", json!({ "id": format!("device-{name}") }));
    }

    /// Plugs in a stick.
    pub fn plug_in(&mut self, name: &str, image: &Path) {
        let file = json!({ "driver": "file", "filename": image });
        self.tell("blockdev-add", json!({ "node-name": name, "driver": "raw", "file": file }));
        let stick = json!({
            "driver": "usb-storage", "bus": "xhci.0", "removable": true,
            "drive": name, "serial": name, "id": format!("device-{name}"),
        });
        self.tell("device_add", stick);
    }

    /// Takes out the disc.
    pub fn take_out_disc(&mut self) {
        self.tell("eject", json!({ "id": "device-disc", "force": true }));
    }

    /// Puts in another disc.
    pub fn put_in_disc(&mut self, image: &Path) {
        let disc =
            json!({ "id": "device-disc", "filename": image, "format": "raw", "read-only-mode": "read-only" });
        self.tell("blockdev-change-medium", disc);
    }

    /// Tells QEMU something (QEMU Machine Protocol), and gives its answer.
    fn tell(&mut self, command: &str, arguments: Value) -> Value {
        let line = json!({ "execute": command, "arguments": arguments });
        writeln!(self.monitor.get_mut(), "{line}").unwrap();
        loop {
            let answer = self.monitor_line();
            assert_eq!(answer["error"], Value::Null, "{command}: {answer}");
            if let Some(answer) = answer.get("return") {
                return answer.clone();
            }
        }
    }

    fn monitor_line(&mut self) -> Value {
        let mut line = String::new();
        self.monitor.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Switches it off, and takes a folder of its built-in disk out of `image`, to the folder `to`, which is there.
    pub fn off(mut self, image: &Path, folder: &str, to: &Path) {
        self.type_in("sync; umount $room; poweroff -f");
        assert!(self.qemu.wait().unwrap().success(), "{}", complaints(self.folder.path()));
        let request = format!("rdump {folder} {}", to.display());
        told("debugfs", &["-R", &request, image.to_str().unwrap()]);
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", complaints(self.folder.path()));
        }
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

/// The last that the kernel said, and all of what QEMU said.
fn complaints(folder: &Path) -> String {
    let read = |name: &str| fs::read(folder.join(name)).unwrap_or_default();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let console = text(read("console"));
    let last: Vec<&str> = console.lines().rev().take(40).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    format!("{}\n{}", last.join("\n"), text(read("complaints")))
}

fn connect(socket: &Path, qemu: &mut Child, folder: &Path) -> BufReader<UnixStream> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        if let Ok(stream) = UnixStream::connect(socket) {
            stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
            return BufReader::new(stream);
        }
        if qemu.try_wait().unwrap().is_some() {
            break;
        }
        sleep(Duration::from_millis(20));
    }
    panic!("QEMU does not run: {}", complaints(folder));
}
