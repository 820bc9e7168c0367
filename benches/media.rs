//! A set on its way out and in: the image of a disc, the files on a medium, and the check on the other side.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "it fails by panicking, and reaches for files, programs and the clock directly"
)]

mod measure;

use std::fs;
use std::path::Path;
use std::time::Duration;

use measure::{Against, compare, program, run, time};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::host::beneath::Beneath;
use tuf_ceremony::host::files;
use tuf_ceremony::media::manifest::MANIFEST;
use tuf_ceremony::media::put::Parcel;
use tuf_ceremony::media::{FILE_LIMIT, disc, iso};

/// The files of the set, and the bytes of each: recordings, metadata and what devices gave out of their keys, and many of them.
const FILES: usize = 256;
const LENGTH: usize = 256 << 10;

/// The set's folder on the medium.
const SET: &str = "set";

fn main() {
    if !measure::is_asked() {
        return;
    }
    let folder = measure::folder();
    let [from, to, image] = ["from", "to", "image"].map(|name| folder.path().join(name));
    fs::create_dir(&from).unwrap();
    for number in 0..FILES {
        fs::write(from.join(format!("{number}.bin")), bytes(number)).unwrap();
    }

    measure::title(&format!("a set of {FILES} files, {} MB", FILES * LENGTH / 1_000_000));
    let is_there = program("xorriso").arg("-version").output().is_ok();
    compare(
        "image of a disc, written and read again",
        || anew(&image, || disc_of(&from, &image)),
        vec![Against::peer("sha256sum, xorriso, sync, sha256sum", is_there, || {
            let steps = "sha256sum * >MANIFEST; xorriso -as mkisofs -quiet -R -V SET -o ../image .; \
                         sync ../image; sha256sum ../image; rm MANIFEST";
            anew(&image, || shell(&from, steps))
        })],
    );
    compare(
        "files on a medium, written and read back",
        || anew(&to, || put(&from, &to)),
        vec![Against::limit("sha256sum, cp, sync, sha256sum", || {
            let steps = "sha256sum * >../MANIFEST; mkdir ../to; cp -r . ../to/set; mv ../MANIFEST ../to/set; \
                         sync -f ../to; cd ../to/set; sha256sum --quiet -c MANIFEST";
            anew(&to, || shell(&from, steps))
        })],
    );
    put(&from, &to);
    compare(
        "the program: media check",
        || time(|| run(program(env!("CARGO_BIN_EXE_tuf-ceremony")).args(["media", "check"]).arg(&to))),
        vec![Against::limit("sha256sum", || time(|| shell(&to.join(SET), "sha256sum --quiet -c MANIFEST")))],
    );
}

/// How long something takes that makes a file or a folder, which goes away before the next time.
fn anew(path: &Path, work: impl FnOnce()) -> Duration {
    let took = time(work);
    if path.is_dir() {
        fs::remove_dir_all(path).unwrap()
    } else {
        fs::remove_file(path).unwrap()
    }
    took
}

fn shell(folder: &Path, steps: &str) {
    run(program("sh").args(["-e", "-c", steps]).current_dir(folder));
}

fn parcel(from: &Path) -> Parcel {
    let read = |name: String| {
        let bytes = files::read(&from.join(&name), FILE_LIMIT).unwrap();
        (name, bytes)
    };
    let files = files::list(from).unwrap().into_iter().map(read).collect();
    Parcel::new(SET, files, Vec::new()).unwrap()
}

/// What `media image` does with a set.
fn disc_of(from: &Path, image: &Path) {
    let parcel = parcel(from);
    let bytes = iso::write("SET", &parcel, "2027-01-14T15:00:00Z".parse().unwrap()).unwrap();
    Sha256Digest::of(&bytes);
    assert!(disc::troubles(&bytes, &parcel.folder, &parcel.digest()).is_empty());
    files::create(image, &bytes).unwrap();
    assert_eq!(files::read(image, bytes.len()).unwrap(), bytes);
}

/// What `media export` does with a set, file by file, and here without a medium to mount.
fn put(from: &Path, to: &Path) {
    let parcel = parcel(from);
    fs::create_dir(to).unwrap();
    let tree = Beneath::open(to).unwrap();
    tree.create_folder(".partial").unwrap();
    for (name, bytes) in &parcel.files {
        tree.create(&format!(".partial/{name}"), bytes).unwrap();
    }
    tree.create(&format!(".partial/{MANIFEST}"), &parcel.manifest).unwrap();
    tree.rename(".partial", SET).unwrap();
    tree.sync().unwrap();
    assert!(parcel.read_back(&tree, "SET", false).unwrap().0.is_empty());
}

/// Bytes that nothing makes smaller, the same every time (xorshift).
fn bytes(number: usize) -> Vec<u8> {
    let mut random = u64::try_from(number + 1).unwrap();
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random.to_le_bytes()
    };
    (0..LENGTH / 8).flat_map(|_| next()).collect()
}
