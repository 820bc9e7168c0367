//! What an image of a disc must have before anybody is told that it was written.

use jiff::Timestamp;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::media::disc::{files, troubles};
use tuf_ceremony::media::iso;
use tuf_ceremony::media::put::Parcel;

fn parcel() -> Parcel {
    let long = format!("payloads/{}.canonical", "a".repeat(64));
    let files =
        [(long, b"long".to_vec()), ("a.txt".to_owned(), vec![]), ("deep/er/b".to_owned(), vec![b'b'; 5000])];
    // More than one sector of records.
    let many = (0..90).map(|number| (format!("many/{number}-{}", "n".repeat(40)), vec![number]));
    Parcel::new("set", files.into_iter().chain(many).collect(), Vec::new()).unwrap()
}

fn write(parcel: &Parcel) -> Vec<u8> {
    iso::write("LABEL", parcel, Timestamp::UNIX_EPOCH).unwrap()
}

#[test]
fn an_image_has_every_file_of_its_set() {
    let parcel = parcel();
    let image = write(&parcel);
    let found = files(&image).unwrap();
    assert_eq!(found.len(), parcel.files.len() + 1);
    for (name, bytes) in &parcel.files {
        assert!(found[&format!("set/{name}")] == bytes.as_slice(), "{name}");
    }
    assert!(troubles(&image, "set", &parcel.digest()).is_empty());
}

#[test]
fn what_is_wrong_with_an_image_is_named() {
    let parcel = parcel();
    let (image, digest) = (write(&parcel), parcel.digest());
    let place = |bytes: &[u8]| image.windows(bytes.len()).position(|window| window == bytes).unwrap();
    let changed = |at: usize| {
        let mut image = image.clone();
        image[at] ^= 1;
        image
    };
    let data = changed(place(&[b'b'; 5000]));
    assert_eq!(troubles(&data, "set", &digest), ["deep/er/b is not as listed"]);
    // The name of a file: `a.txt` is `` `.txt `` on it.
    let name = changed(place(b"NM\x0a\x01\x00a.txt") + 5);
    assert_eq!(troubles(&name, "set", &digest), ["a.txt is missing", "set/`.txt is not in the manifest"]);
    let manifest = changed(place(&parcel.manifest));
    let found = troubles(&manifest, "set", &digest);
    assert!(found.len() == 1 && found[0].starts_with("MANIFEST"), "{found:?}");
    assert_eq!(troubles(&image, "set", &Sha256Digest::of(b"")), ["MANIFEST is another"]);
    assert_eq!(troubles(&image, "other", &digest), ["other/MANIFEST is not there"]);
    assert_eq!(troubles(&image[..20 * 2048], "set", &digest), ["its folders cannot be read"]);
    assert_eq!(troubles(&[], "set", &digest), ["its folders cannot be read"]);
}

/// As images were once written of a directory that was restored: two files of one name.
#[test]
fn a_set_with_a_manifest_of_its_own_is_none() {
    let mut parcel = parcel();
    parcel.files.push(("MANIFEST".to_owned(), b"another".to_vec()));
    assert_eq!(troubles(&write(&parcel), "set", &parcel.digest()), ["its folders cannot be read"]);
    parcel.files.pop();
    parcel.manifest.extend(format!("{:064x}  MANIFEST\n", 0).into_bytes());
    assert_eq!(
        troubles(&write(&parcel), "set", &parcel.digest()),
        ["MANIFEST lists itself, and is to list the other files only"]
    );
}
