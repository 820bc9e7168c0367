//! Sticks for tests: real file systems on loop devices, in a mount namespace of the test's own.
//!
//! One thing is not real: a loop device cannot be pulled. That the kernel calls it removable is faked, by a file that is bound
//! over `/sys/block/loopN/removable`, in the namespace alone.

use std::env;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::rehearsal::{KEYS, PLAN};
use crate::room::Room;

/// Set for the process that is in the namespace.
const INSIDE: &str = "TUF_CEREMONY_TEST_MEDIA";

/// What the plan says of media.
pub const MEDIA: &str = r#"
[media.inbox]
role = "in"
label = "TUF-IN"

[media.carrier]
role = "out"
label = "TUF-OUT"

[media.safe]
role = "backup"
label = "TUF-SAFE"

[set.website]
contents = "online"
media = ["carrier"]
existing = "keep"

[set.paper]
contents = "digests"
media = ["carrier"]
existing = "refuse"

[set.everything]
contents = "restore"
media = ["safe"]
existing = "refuse"
"#;

/// Runs the body of the test with this name in a mount namespace. Where that cannot be, or a program is missing, the test is
/// skipped, and says so; in CI, where all parts are, it fails.
pub fn in_namespace(test: &str, programs: &[&str], body: fn()) {
    if env::var_os(INSIDE).is_some() {
        return body();
    }
    let paths = env::var_os("PATH").unwrap_or_default();
    let is_here = |program: &&&str| env::split_paths(&paths).any(|folder| folder.join(program).exists());
    let needed = ["unshare", "losetup", "mkfs.ext4"];
    let missing = needed.iter().chain(programs).find(|program| !is_here(program));
    let probe = Command::new("unshare").args(["--mount", "losetup", "--find"]).output();
    let may = probe.is_ok_and(|probe| probe.status.success()) && own_id() == "0";
    if missing.is_some() || !may {
        let why =
            missing.map_or("it needs root and loop devices".to_owned(), |one| format!("it needs {one}"));
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{test}: {why}: run tests/run");
        println!("SKIPPED {test}: {why}");
        return;
    }
    let output = Command::new("unshare")
        .args(["--mount", "--propagation", "private"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", told(&output.stdout), told(&output.stderr));
    assert!(told(&output.stdout).contains("1 passed"), "{}", told(&output.stdout));
}

fn own_id() -> String {
    told("id", &["-u"]).trim().to_owned()
}

/// What a program prints, which must succeed.
#[track_caller]
pub fn told(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    succeeded(&output);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn succeeded(output: &Output) {
    assert!(output.status.success() && output.status.signal().is_none(), "{output:?}");
}

/// A file system on a loop device.
pub struct Stick {
    folder: TempDir,
    pub device: String,
}

impl Stick {
    /// An ext4 stick of 16 MiB.
    pub fn ext4(label: &str) -> Stick {
        Stick::ext4_in(label, &env::temp_dir())
    }

    /// An ext4 stick of 16 MiB, with the file behind it in a folder.
    pub fn ext4_in(label: &str, place: &Path) -> Stick {
        let make = |file: &str| {
            told("mkfs.ext4", &["-q", "-L", label, file]);
        };
        Stick::new(tempfile::tempdir_in(place).unwrap(), 16 << 20, &make)
    }

    /// An exFAT stick of 16 MiB.
    pub fn exfat(label: &str) -> Stick {
        let make = |file: &str| {
            told("mkfs.exfat", &["-L", label, file]);
        };
        Stick::new(tempfile::tempdir().unwrap(), 16 << 20, &make)
    }

    /// A disc, burnt from an image: nobody writes on it.
    pub fn disc(image: &Path) -> Stick {
        let burn = |file: &str| {
            fs::copy(image, file).unwrap();
        };
        Stick::attached(tempfile::tempdir().unwrap(), 0, &burn, &["--read-only"])
    }

    /// A stick of a file system that somebody makes on an image of that many bytes.
    fn new(folder: TempDir, bytes: u64, make: &dyn Fn(&str)) -> Stick {
        Stick::attached(folder, bytes, make, &[])
    }

    fn attached(folder: TempDir, bytes: u64, make: &dyn Fn(&str), options: &[&str]) -> Stick {
        let image = folder.path().join("image");
        fs::File::create(&image).unwrap().set_len(bytes).unwrap();
        make(image.to_str().unwrap());
        let device = attach(&image, options);
        let stick = Stick { folder, device };
        let yes = stick.folder.path().join("removable");
        fs::write(&yes, "1\n").unwrap();
        let attribute = format!("/sys/block/{}/removable", stick.name());
        told("mount", &["--bind", yes.to_str().unwrap(), &attribute]);
        stick
    }

    /// The kernel's name of the device.
    pub fn name(&self) -> &str {
        self.device.strip_prefix("/dev/").unwrap()
    }

    /// The file behind the device.
    pub fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    /// Cuts the file behind the device: what lies further on is gone.
    pub fn cut(&self, length: u64) {
        fs::File::options().write(true).open(self.image()).unwrap().set_len(length).unwrap();
    }

    /// Mounts it by hand.
    pub fn mount(&self, options: &str) -> Mounted {
        self.mount_by("mount", options)
    }

    /// Mounts it by hand, with a program of its own.
    pub fn mount_by(&self, program: &str, options: &str) -> Mounted {
        let at = tempfile::tempdir().unwrap();
        told(program, &["-o", options, &self.device, at.path().to_str().unwrap()]);
        Mounted { at: Some(at) }
    }

    /// Lets somebody write on it.
    pub fn fill(&self, write: impl FnOnce(&Path)) -> &Stick {
        let mounted = self.mount("rw");
        write(mounted.path());
        self
    }

    /// Lets somebody look at it.
    pub fn look<T>(&self, look: impl FnOnce(&Path) -> T) -> T {
        look(self.mount("ro").path())
    }
}

fn attach(image: &Path, options: &[&str]) -> String {
    // Between finding a device and taking it, another test may be faster.
    for _ in 0..50 {
        let output =
            Command::new("losetup").args(options).args(["--find", "--show"]).arg(image).output().unwrap();
        if output.status.success() {
            return String::from_utf8(output.stdout).unwrap().trim().to_owned();
        }
    }
    panic!("no loop device is free");
}

impl Drop for Stick {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(format!("/sys/block/{}/removable", self.name())).output();
        let _ = Command::new("losetup").args(["--detach", &self.device]).output();
    }
}

/// A stick that is mounted by hand, until it is dropped.
pub struct Mounted {
    at: Option<TempDir>,
}

impl Mounted {
    pub fn path(&self) -> &Path {
        self.at.as_ref().unwrap().path()
    }

    pub fn typed(&self) -> String {
        self.path().to_str().unwrap().to_owned()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.path()).output();
        if !unmounted.is_ok_and(|output| output.status.success()) {
            // What is left of it is not to be removed.
            let _ = self.at.take().map(TempDir::keep);
        }
    }
}

/// A released rehearsal whose plan has media.
pub fn released_with_media() -> Room {
    released_with(MEDIA)
}

/// The same, with all sets encrypted but the one that is to be printed.
pub fn released_with_encrypted() -> Room {
    released_with(&encrypted())
}

/// A directory with nothing but a plan that has encrypted sets.
#[cfg(feature = "age")]
pub fn planned_with_encrypted() -> Room {
    let room = Room::new();
    room.write("ceremony.toml", format!("{PLAN}{}", encrypted()));
    room
}

fn encrypted() -> String {
    let encrypted = |media: String, contents: &str| {
        let line = format!("contents = \"{contents}\"\n");
        media.replace(&line, &format!("{line}encrypt = \"passphrase\"\n"))
    };
    ["restore", "online"].into_iter().fold(MEDIA.to_owned(), encrypted)
}

/// A released rehearsal whose plan has these media and sets.
pub fn released_with(media: &str) -> Room {
    let room = Room::new();
    room.write("ceremony.toml", format!("{PLAN}{media}"));
    for key in KEYS {
        room.provision(key).ok();
    }
    room.freeze();
    for key in ["ada", "ben", "online"] {
        room.sign(key).ok();
    }
    room.run(&["release"]).ok();
    room
}

/// A directory with nothing but a plan that has media.
pub fn planned_with_media() -> Room {
    let room = Room::new();
    room.write("ceremony.toml", format!("{PLAN}{MEDIA}"));
    room
}

/// Writes the manifest of some files with coreutils, and gives the beginning of its digest for the paper.
pub fn manifest(folder: &Path, files: &[&str]) -> String {
    let output = Command::new("sha256sum").args(files).current_dir(folder).output().unwrap();
    succeeded(&output);
    fs::write(folder.join("MANIFEST"), output.stdout).unwrap();
    typed(folder)
}

/// What is typed from paper for the manifest in a folder.
pub fn typed(folder: &Path) -> String {
    let file = folder.join("MANIFEST");
    told("sha256sum", &[file.to_str().unwrap()])[..8].to_owned()
}

/// An `in` stick with two files in it, and what is typed for it.
pub fn good_stick() -> (Stick, String) {
    let stick = Stick::ext4("TUF-IN");
    let mut prefix = String::new();
    stick.fill(|folder| {
        fs::create_dir(folder.join("deep")).unwrap();
        fs::write(folder.join("a.txt"), "one\n").unwrap();
        fs::write(folder.join("deep/b.json"), vec![b'b'; 100_000]).unwrap();
        prefix = manifest(folder, &["a.txt", "deep/b.json"]);
    });
    (stick, prefix)
}
