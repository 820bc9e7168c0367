//! File systems and their labels, from images that the usual programs make; and bytes that mean harm.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use tuf_ceremony::media::superblock::{Kind, Superblock, probe};

/// An image of that many MiB that programs make: each is a name and arguments, in which `IMAGE` stands for the file.
///
/// Where one of the programs is missing, the test is skipped, and says so; in CI, where all parts are, it fails.
fn image(test: &str, size: u64, steps: &[&[&str]]) -> Option<Vec<u8>> {
    let paths = env::var_os("PATH").unwrap_or_default();
    let is_here = |program: &str| env::split_paths(&paths).any(|folder| folder.join(program).exists());
    if let Some(missing) = steps.iter().map(|step| step[0]).find(|program| !is_here(program)) {
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{test} needs {missing}: run tests/run");
        println!("SKIPPED {test}: {missing} is not installed");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("image");
    if size > 0 {
        fs::File::create(&file).unwrap().set_len(size << 20).unwrap();
    }
    for step in steps {
        let arguments = step[1..].iter().map(|one| one.replace("IMAGE", file.to_str().unwrap()));
        let output = Command::new(step[0]).args(arguments).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{test}: {output:?}");
    }
    Some(fs::read(Path::new(&file)).unwrap())
}

#[track_caller]
fn is(image: &[u8], kind: Kind, label: &str, id: &str) {
    let found = probe(image).unwrap();
    assert_eq!(found, Superblock { kind, label: label.to_owned(), id: id.to_owned() });
}

#[test]
fn fat_of_every_width() {
    for (width, size) in [("12", 1), ("16", 16), ("32", 40)] {
        let make = ["mkfs.vfat", "-F", width, "-n", "TUF-OUT", "-i", "12ab34cd", "IMAGE"];
        let Some(made) = image("fat_of_every_width", size, &[&make]) else { return };
        is(&made, Kind::Fat, "TUF-OUT", "12AB-34CD");
        // Programs that come later change the label in the root folder alone.
        let relabel = ["mlabel", "-i", "IMAGE", "::LATER"];
        let Some(made) = image("fat_of_every_width", size, &[&make, &relabel]) else { return };
        is(&made, Kind::Fat, "LATER", "12AB-34CD");
        let make = ["mkfs.vfat", "-F", width, "-i", "12ab34cd", "IMAGE"];
        let Some(made) = image("fat_of_every_width", size, &[&make]) else { return };
        is(&made, Kind::Fat, "", "12AB-34CD");
    }
}

#[test]
fn exfat() {
    let Some(made) = image("exfat", 8, &[&["mkfs.exfat", "-L", "TUF-IN", "IMAGE"]]) else { return };
    let found = probe(made.as_slice()).unwrap();
    assert_eq!((found.kind, found.label.as_str(), found.id.len()), (Kind::Exfat, "TUF-IN", 9));
}

#[test]
fn ext2_and_ext4() {
    let uuid = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";
    for program in ["mkfs.ext2", "mkfs.ext4"] {
        let make = [program, "-q", "-U", uuid, "-L", "SIXTEEN-LETTERS.", "IMAGE"];
        let Some(made) = image("ext2_and_ext4", 8, &[&make]) else { return };
        is(&made, Kind::Ext, "SIXTEEN-LETTERS.", uuid);
    }
}

#[test]
fn iso_9660() {
    let make = [
        "xorriso",
        "-outdev",
        "IMAGE",
        "-volid",
        "TUF-DISC",
        "-volume_date",
        "uuid",
        "2027011415000000",
        "-map",
        "/etc/hostname",
        "/name",
    ];
    let Some(made) = image("iso_9660", 0, &[&make]) else { return };
    is(&made, Kind::Iso, "TUF-DISC", "2027011415000000");
}

#[test]
fn udf() {
    for (block, label) in [("512", "TUF-IN"), ("2048", "Grüße")] {
        let make = ["mkudffs", "-b", block, "-u", "1234567890abcdef", "-l", label, "IMAGE"];
        let Some(made) = image("udf", 8, &[&make]) else { return };
        is(&made, Kind::Udf, label, "1234567890abcdef");
    }
}

#[test]
fn what_is_none_of_them() {
    assert_eq!(probe(&[][..]), None);
    assert_eq!(probe(&vec![0; 1 << 20][..]), None);
    assert_eq!(probe(&vec![0xff; 1 << 20][..]), None);
    // A partition table has the mark of a first sector of FAT, and is none.
    let mut table = vec![0; 1 << 20];
    table[0] = 0xeb;
    table[510..512].copy_from_slice(&[0x55, 0xaa]);
    assert_eq!(probe(&table[..]), None);
}

/// The bytes by which each file system is known, for what follows them to be anything.
fn begun(kind: usize, mut bytes: Vec<u8>) -> Vec<u8> {
    let mut put = |at: usize, mark: &[u8]| bytes[at..at + mark.len()].copy_from_slice(mark);
    match kind {
        0 => {
            put(0, &[0xeb]);
            put(11, &[0, 2]);
            put(510, &[0x55, 0xaa]);
        }
        1 => {
            put(3, b"EXFAT   ");
            put(11, &[0; 53]);
            put(510, &[0x55, 0xaa]);
        }
        2 => put(1024 + 0x38, &[0x53, 0xef]),
        3 => put(16 * 2048, b"\x01CD001\x01"),
        _ => {
            put(16 * 2048, b"\x00NSR02\x01");
            // An anchor with its checksum.
            let at = 256 * 512;
            put(at, &[2, 0, 3, 0]);
            let mut sum = 0_u8;
            for place in (0..16).filter(|place| *place != 4) {
                sum = sum.wrapping_add(bytes[at + place]);
            }
            bytes[at + 4] = sum;
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever the rest of a first sector says, the readers end, and read nothing that is not there.
    #[test]
    fn no_bytes_lead_a_reader_astray(kind in 0_usize..5, seed in any::<u64>(), small in any::<bool>()) {
        let mut state = seed | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Small numbers lead further in than large ones.
            if small { (state >> 32) as u8 & 3 } else { (state >> 32) as u8 }
        };
        let bytes = (0..300 << 10).map(|_| next()).collect();
        let _ = probe(&begun(kind, bytes)[..]);
    }
}
