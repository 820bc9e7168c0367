//! Encrypted sets that others made, or that somebody made to do harm: opened in memory, or refused by name.

use age::secrecy::SecretString;
use tar::{Builder, EntryType, Header};
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::media::encrypted::{Opened, Unopened, is_encrypted, open};
use tuf_ceremony::media::passphrase::Passphrase;

const PASSPHRASE: &str = "correct horse battery staple";

/// The entries of an archive.
type Entries<'a> = &'a [(EntryType, &'a str, &'a [u8])];

/// Quick to open.
const WORK: u8 = 4;

fn passphrase(text: &str) -> Passphrase {
    Passphrase::known(Secret::new(text.as_bytes().to_vec()))
}

fn encrypted(plain: &[u8]) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(PASSPHRASE));
    recipient.set_work_factor(WORK);
    age::encrypt(&recipient, plain).unwrap()
}

/// One entry of an archive, whatever its name, as no tool would write it.
fn entry(archive: &mut Builder<Vec<u8>>, kind: EntryType, name: &str, bytes: &[u8]) {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    archive.append(&header, bytes).unwrap();
}

fn archive(entries: Entries) -> Vec<u8> {
    let mut archive = Builder::new(Vec::new());
    for (kind, name, bytes) in entries {
        entry(&mut archive, *kind, name, bytes);
    }
    archive.into_inner().unwrap()
}

fn opened(entries: Entries) -> Result<Opened, Unopened> {
    open(&encrypted(&archive(entries)), &passphrase(PASSPHRASE))
}

fn refusal(bytes: &[u8], text: &str) -> String {
    open(bytes, &passphrase(text)).err().unwrap().to_string()
}

#[test]
fn what_others_packed_opens() {
    let file = EntryType::Regular;
    let line = b"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  a/hello\n";
    let entries: [(EntryType, &str, &[u8]); 4] = [
        (EntryType::Directory, "./set/", b""),
        (file, "./set/a/hello", b"hello\n"),
        (file, "./set/more", b"x"),
        (file, "./set/MANIFEST", line),
    ];
    let opened = opened(&entries).unwrap();
    assert_eq!(opened.folder, "set");
    let names: Vec<&str> = opened.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a/hello", "more", "MANIFEST"]);
    let (found, troubles) = opened.check();
    assert_eq!(found.unwrap().1.files.len(), 1);
    assert_eq!(troubles, ["more is not in the manifest"]);
}

#[test]
fn what_is_inside_is_held_to_its_manifest() {
    let file = EntryType::Regular;
    let digest = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    let manifest = format!("{digest}  hello\n{digest}  gone\n");
    let changed = opened(&[(file, "set/hello", b"hallo\n"), (file, "set/MANIFEST", manifest.as_bytes())]);
    let (_, troubles) = changed.unwrap().check();
    assert_eq!(
        troubles,
        ["hello has SHA-256 622cb3371c1a0809…, and 5891b5b522d5df08… is listed", "gone is missing"]
    );
    let (found, troubles) = opened(&[(file, "set/hello", b"hello\n")]).unwrap().check();
    assert!(found.is_none());
    assert_eq!(troubles, ["there is no MANIFEST"]);
    let (found, troubles) = opened(&[(file, "set/MANIFEST", b"hello\n")]).unwrap().check();
    assert!(found.is_none());
    assert_eq!(troubles, ["MANIFEST, line 1: this is no line of sha256sum"]);
}

#[test]
fn hostile_archives_are_refused_by_name() {
    let file = EntryType::Regular;
    let many: [(Entries, &str); 9] = [
        (&[(EntryType::Symlink, "set/link", b"")], "set/link is no plain file"),
        (&[(EntryType::Link, "set/link", b"")], "set/link is no plain file"),
        (&[(EntryType::Fifo, "set/pipe", b"")], "set/pipe is no plain file"),
        (&[(file, "set/../../etc/passwd", b"x")], "set/../../etc/passwd leads out of its folder with `..`"),
        (&[(file, "/etc/passwd", b"x")], "/etc/passwd is an absolute path"),
        (&[(file, "loose", b"x")], "loose is in no folder"),
        (&[(file, "set/a", b"x"), (file, "other/a", b"x")], "other/a is in another folder"),
        (&[(file, "set/a", b"x"), (file, "set/a", b"y")], "set/a is there twice"),
        (&[], "there is no file in it"),
    ];
    for (entries, what) in many {
        let error = opened(entries).err().unwrap();
        let whole = format!("it opens, and is no tar archive of one folder with plain files: {what}");
        assert_eq!(error.to_string(), whole);
    }
    // A file with holes, which few bytes make as large as they please; and what is no archive at all.
    let hole = archive(&[(EntryType::GNUSparse, "set/hole", b"")]);
    for bytes in [&hole[..], &[b'x'; 2048]] {
        let text = refusal(&encrypted(bytes), PASSPHRASE);
        assert!(
            text.starts_with("it opens, and is no tar archive of one folder with plain files: "),
            "{text}"
        );
    }
}

#[test]
fn what_does_not_open_says_why() {
    let good = encrypted(&archive(&[(EntryType::Regular, "set/a", b"x")]));
    assert!(is_encrypted(&good) && !is_encrypted(b"age-encryption.org/v2\n"));
    let wrong = "it does not open with this passphrase";
    assert_eq!(refusal(&good, "correct horse battery stapler"), wrong);
    assert_eq!(refusal(&good, ""), wrong);
    let damaged = |bytes: &[u8]| {
        let text = refusal(bytes, PASSPHRASE);
        text.strip_prefix("it is damaged, or not encrypted with a passphrase: ").unwrap_or(&text).to_owned()
    };
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(damaged(&flipped), "decryption error");
    assert!(!damaged(&good[..good.len() - 20]).is_empty());
    assert_eq!(damaged(b"age-encryption.org/v1\nnonsense"), "its header is not one of age");
    // Who wrote the file decides how much work it is: up to a limit, and that is read before it is done.
    let at = good.windows(3).position(|window| window == b" 4\n").unwrap();
    let heavy = [&good[..at], b" 21\n", &good[at + 3..]].concat();
    assert_eq!(damaged(&heavy), "its work factor is 21, and 20 is the most that is worked through here");
    // For a key and not for a passphrase.
    let key = age::x25519::Identity::generate();
    let other = age::encrypt(&key.to_public(), b"x").unwrap();
    assert_eq!(damaged(&other), "it is not encrypted with a passphrase");
}
