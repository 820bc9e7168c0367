//! The initial file system of a machine: the program under test, what it needs, and busybox.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::media_stick::told;
use crate::softhsm::MODULE;

/// The first process.
const INIT: &str = include_str!("machine.init");

/// What drives disks, and every file system that media have. With what they need they are all modules that there are.
const MODULES: [&str; 16] = [
    "ahci",
    "exfat",
    "ext4",
    "isofs",
    "nls_ascii",
    "nls_cp437",
    "nls_iso8859-1",
    "nls_utf8",
    "sd_mod",
    "sr_mod",
    "uas",
    "udf",
    "usb-storage",
    "vfat",
    "xhci-hcd",
    "xhci-pci",
];

/// Modules that are asked for by what they do, and so are in nobody's list of what is needed.
const BY_NAME: [&str; 2] = ["crc32c_generic", "crc32c-intel"];

/// An archive as the kernel unpacks it ("newc": Documentation/driver-api/early-userspace/buffer-format.rst).
struct Archive {
    bytes: Vec<u8>,
    folders: BTreeSet<PathBuf>,
    entries: usize,
}

impl Archive {
    /// Adds an entry, and the folders that it is in. The kind and the rights are those of stat(2).
    fn add(&mut self, path: &Path, mode: u32, bytes: &[u8]) {
        let parent = path.parent().unwrap().to_owned();
        if parent != Path::new("/") && self.folders.insert(parent.clone()) {
            self.add(&parent, 0o040_755, b"");
        }
        self.entries += 1;
        self.entry(path.strip_prefix("/").unwrap().to_str().unwrap(), mode, bytes);
    }

    fn entry(&mut self, name: &str, mode: u32, bytes: &[u8]) {
        // Number, mode, user, group, links, time, length, device twice of two numbers, length of the name, checksum.
        let numbers = [self.entries, mode as usize, 0, 0, 1, 0, bytes.len(), 0, 0, 0, 0, name.len() + 1, 0];
        self.bytes.extend(b"070701");
        for number in numbers {
            self.bytes.extend(format!("{number:08x}").bytes());
        }
        for part in [&[name.as_bytes(), b"\0"].concat()[..], bytes] {
            self.bytes.extend(part);
            self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        }
    }

    /// A file of this machine under its own name, with the libraries that it is linked with.
    fn program(&mut self, from: &Path, at: &str) {
        self.add(Path::new(at), 0o100_755, &fs::read(from).unwrap());
        for library in libraries(from) {
            if self.folders.insert(library.clone()) {
                self.add(&library, 0o100_755, &fs::read(&library).unwrap());
            }
        }
    }
}

/// Every file that a program is linked with, by the names under which it looks for them.
fn libraries(program: &Path) -> Vec<PathBuf> {
    let listed = told("ldd", &[program.to_str().unwrap()]);
    let path = |line: &str| line.split_whitespace().find(|word| word.starts_with('/')).map(PathBuf::from);
    listed.lines().filter_map(path).collect()
}

/// Writes the archive: `parts` has a kernel's modules and busybox, `released` is the program under test.
pub fn write(parts: &Path, released: &Path, to: &Path) {
    let mut archive = Archive { bytes: Vec::new(), folders: BTreeSet::new(), entries: 0 };
    archive.add(Path::new("/init"), 0o100_755, INIT.as_bytes());
    archive.add(Path::new("/bin/busybox"), 0o100_755, &fs::read(parts.join("bin/busybox")).unwrap());
    archive.add(Path::new("/sbin/modprobe"), 0o120_777, b"/bin/busybox");
    for folder in ["/dev", "/proc", "/sys", "/tmp"] {
        archive.add(Path::new(folder), 0o040_755, b"");
    }
    archive.program(released, "/bin/tuf-ceremony");
    archive.program(Path::new(MODULE), MODULE);
    modules(&mut archive, parts);
    archive.entry("TRAILER!!!", 0, b"");
    fs::write(to, archive.bytes).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o600)).unwrap();
}

/// The modules with all that they need, as the list of the kernel has it.
fn modules(archive: &mut Archive, parts: &Path) {
    let folder = parts.join("lib/modules");
    let version = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().file_name();
    let (folder, inside) = (folder.join(&version), Path::new("/lib/modules").join(&version));
    let list = fs::read_to_string(folder.join("modules.dep")).unwrap();
    let mut needed = BTreeSet::new();
    let mut found = 0;
    for line in list.lines() {
        let (file, of) = line.split_once(':').unwrap();
        let name = file.rsplit('/').next().unwrap().split('.').next().unwrap();
        if MODULES.iter().chain(&BY_NAME).any(|one| one.replace('-', "_") == name.replace('-', "_")) {
            found += 1;
            needed.extend(of.split_whitespace().chain([file]));
        }
    }
    assert_eq!(found, MODULES.len() + BY_NAME.len(), "the kernel has not all modules");
    for file in
        needed.iter().copied().chain(["modules.dep", "modules.alias", "modules.symbols", "modules.builtin"])
    {
        archive.add(&inside.join(file), 0o100_644, &fs::read(folder.join(file)).unwrap());
    }
}
