//! Files that were given to the wrong command: each is named, with the command that it is for.

use std::fs;

use serde_json::json;

use crate::elsewhere::{REQUEST, carried, fates};
use crate::rehearsal::{frozen, planned};

/// Of a picture, its first bytes are enough.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[test]
fn merge_says_what_it_was_given() {
    let room = frozen();
    let picture = room.lay("stick/ada.png", [PNG, &[0; 1 << 17]].concat()).display().to_string();
    let request = room.lay("stick/ada-1.json", room.request("ada")).display().to_string();
    let small = room.lay("stick/small.jpg", b"\xff\xd8\xff\xe0").display().to_string();
    let made = format!("{}.response.json", picture.strip_suffix(".png").unwrap());
    let of_picture = format!("`tuf-ceremony qr read {picture} --out {made}` makes the file of it.");
    let of_request = format!("`tuf-ceremony respond {request}` answers it, where the holder is.");
    for (file, kind, next) in [
        (&picture, "a picture", &of_picture),
        (&request, "a signature request", &of_request),
        (
            &small,
            "a picture",
            &format!(
                "`tuf-ceremony qr read {small} --out {}.response.json`",
                small.strip_suffix(".jpg").unwrap()
            ),
        ),
    ] {
        let done = room.run(&["merge", file]);
        assert_eq!(done.code, 1, "{done:?}");
        assert!(done.out.contains("nothing of it was taken\n"), "{}", done.out);
        assert!(
            done.out.contains(&format!("{file} is no signature response: it is {kind}\n")),
            "{}",
            done.out
        );
        assert!(done.out.contains(next), "{}", done.out);
    }
    // In a folder they are left, with the same words.
    fs::create_dir(room.beside("stick/inner")).unwrap();
    let told = room.run(&["merge", room.beside("stick").to_str().unwrap()]).ok().out;
    for why in [
        format!("left: ada.png: it is a picture: {of_picture}"),
        format!("left: ada-1.json: it is a signature request: {of_request}"),
        "left: inner: it is a folder: name it, if responses or a copy of this directory are in it".to_owned(),
    ] {
        assert!(told.contains(&why), "{why}\n{told}");
    }
    // And where there is nothing, that is said in words.
    fs::create_dir(room.beside("empty")).unwrap();
    let told = room.run(&["merge", room.beside("empty").to_str().unwrap()]).ok().out;
    assert!(told.contains("\n  the folder is empty\n"), "{told}");
    let other = planned();
    let told = other.run(&["merge", other.path("").to_str().unwrap()]).ok().out;
    assert!(told.contains("\n  it brings nothing that is not here already\n"), "{told}");
}

/// A response in which nothing was signed is no success.
#[test]
fn an_empty_response_is_told() {
    let room = frozen();
    let empty = json!({
        "ceremony": "rehearsal-1", "format": "tuf-ceremony-response/1", "plan": "0".repeat(64), "request": "0".repeat(64), "signatures": {},
    });
    room.lay("x.json", empty.to_string());
    let done = room.merge(&["x.json"]);
    let what = format!("{} is a response without a signature", room.beside("x.json").display());
    assert_eq!((done.code, &done.json()[0]["items"][0]["why"]), (1, &json!(what)));
    assert_eq!(fates(&done).len(), 1);
}

#[test]
fn respond_and_review_say_what_they_were_given() {
    let room = frozen();
    let response = room.response_of("ada");
    let machine = carried(&response);
    let file = machine.path(REQUEST).display().to_string();
    let what = format!("{file} is no signature request: it is a signature response");
    machine.respond(&[], &[]).failed(
        1,
        &what,
        &format!("`tuf-ceremony merge {file}` takes it, where the ceremony is."),
    );
    let folder = machine.path("").display().to_string();
    let what = format!("{folder} is no signature request: it is a folder");
    machine.run(&["respond", &folder]).failed(1, &what, "Name the file that is meant in it.");
    let picture = machine.path("request.png").display().to_string();
    machine.write("request.png", PNG);
    let what = format!("{picture} is no signature request: it is a picture");
    // No name of a response for what is a request.
    let next = format!("`tuf-ceremony qr read {picture} --out {file}` makes the file of it.");
    machine.run(&["respond", &picture]).failed(1, &what, &next);

    machine.write("ada.response.json", response);
    let (response, picture) = (machine.path("ada.response.json"), machine.path("code.png"));
    machine.run(&["qr", "show", response.to_str().unwrap(), "--png", picture.to_str().unwrap()]).ok();
    let what = "the codes carry a signature response, and no payload to review";
    let next = "`tuf-ceremony qr read PICTURE --out FILE` makes the file of them. `tuf-ceremony merge FILE` takes it, where the \
                ceremony is.";
    machine.run(&["review", "--from-qr", picture.to_str().unwrap()]).failed(1, what, next);
}
