//! Downloads by the example client over HTTP: what is fetched under which name, and what is not fetched again.

use std::fs;

use crate::conformance::{FIRST, Room, lasting, ok, refused};

#[test]
fn artifacts_are_fetched_once_and_by_their_hash() {
    let files = lasting(|_| {});
    let room = Room::new("download", &files);
    room.init();
    let names = ["readme.txt", "lib/a.tgz", "project/one.txt"];
    ok(&room.download(&names));
    let asked = room.server.asked();
    assert_eq!(asked[..5], FIRST);
    let hashed = |end: &str| files.keys().find(|path| path.starts_with("targets/") && path.ends_with(end));
    let expected = [
        hashed("readme.txt").unwrap().as_str(),
        hashed("a.tgz").unwrap(),
        "metadata/5.project.json",
        hashed("one.txt").unwrap(),
    ];
    assert_eq!(asked[5..], expected);
    let out = room.files("out");
    let contents: Vec<&[u8]> = out.values().map(Vec::as_slice).collect();
    assert_eq!(contents, [&b"library"[..], b"one\n", b"read me\n"]);
    ok(&room.download(&names));
    assert_eq!(room.server.asked(), ["metadata/3.root.json", "metadata/timestamp.json"]);
    // What is not right any more is fetched again.
    fs::write(room.folder.join("out/readme.txt"), "other").unwrap();
    ok(&room.download(&names));
    assert_eq!(room.server.asked()[2..], expected[..1]);
    assert_eq!(room.files("out"), out);
}

#[test]
fn artifacts_that_are_wrong_or_unknown_are_refused() {
    let mut files = lasting(|_| {});
    let path = files.keys().find(|path| path.ends_with("readme.txt")).unwrap().clone();
    files.insert(path.clone(), b"read mE\n".to_vec());
    let room = Room::new("wrong", &files);
    room.init();
    refused(&room.download(&["readme.txt"]), "readme.txt: its sha256 is not the one that is listed");
    refused(&room.download(&["lib/a.tgz", "unknown"]), "there is no target unknown");
    files.insert(path.clone(), b"read me\n and more".to_vec());
    room.server.publish(&files);
    refused(&room.download(&["readme.txt"]), "readme.txt is longer than 8 bytes");
    files.remove(&path);
    room.server.publish(&files);
    refused(&room.download(&["readme.txt"]), "readme.txt is not there");
    assert_eq!(room.files("out").into_values().collect::<Vec<_>>(), [b"library".to_vec()]);
}
