//! A record that was cut off in its last line is mended; a file that was cut off by other hands is named, and never
//! taken for a whole one.

use std::fs;
use std::path::Path;

use tuf_ceremony::ceremony::transcript::Transcript;
use tuf_ceremony::ceremony::{Ceremony, CeremonyError};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::host::files::FileError;
use tuf_ceremony::json::Json;

use crate::kill_fixture::{DRAFT, FREEZE, Place, RELEASE, SIGN_ONE, SIGN_SEVERAL, Step};

/// The record as it is when its last process dies before it closes its sitting: up to what that process did last.
fn unclosed(file: &Path) -> Vec<u8> {
    let whole = fs::read(file).unwrap();
    let start = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let last = Json::parse(&whole[start..whole.len() - 1], usize::MAX).unwrap();
    assert_eq!(last.get("event").and_then(Json::as_str), Some("sitting-closed"));
    whole[..start].to_vec()
}

/// Cuts the record at every `stride`th byte of the last line before the one that closes the sitting, and opens the directory to
/// act.
fn cut_everywhere(place: &Place, event: &str, stride: usize) {
    let file = place.dir().join("transcript.jsonl");
    let (all, whole) = (fs::read(&file).unwrap(), unclosed(&file));
    let start = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let line = Json::parse(&whole[start..whole.len() - 1], usize::MAX).unwrap();
    assert_eq!(line.get("event").and_then(Json::as_str), Some(event));
    let lost = line.get("data").unwrap().get("files").unwrap().as_object().unwrap();
    for length in (start..whole.len()).step_by(stride) {
        fs::write(&file, &whole[..length]).unwrap();
        open_to_act(place);
        let transcript = Transcript::load(&file, "").unwrap();
        let repaired: Vec<&Json> = transcript.all("repaired").collect();
        if length == start {
            // Nothing of the line is there, so nothing tells of it.
            assert!(repaired.is_empty());
        } else {
            let expected = Json::object([
                ("bytes", Json::Int(i64::try_from(length - start).unwrap())),
                ("sha256", Json::from(Sha256Digest::of(&whole[start..length]).to_hex())),
            ]);
            assert_eq!(repaired, [&expected], "cut at byte {}", length - start);
        }
        let found =
            transcript.all("found").next_back().and_then(|data| data.get("files")).and_then(Json::as_object);
        assert_eq!(found, Some(lost), "cut at byte {}", length - start);
    }
    fs::write(&file, &all).unwrap();
}

/// Opens the directory to act. While another test starts a process, that one has this process's claims too, for the
/// moment between fork and exec.
fn open_to_act(place: &Place) {
    loop {
        match Ceremony::open_to_act(&place.dir()) {
            Err(CeremonyError::File(FileError::Locked(_))) => std::thread::yield_now(),
            other => return drop(other.unwrap()),
        }
    }
}

/// Cuts the last line in its middle and goes on with the real program.
fn cut_and_go_on(place: &Place, step: Step) {
    let copy = place.copy();
    let file = copy.dir().join("transcript.jsonl");
    let whole = unclosed(&file);
    fs::write(&file, &whole[..whole.len() - 40]).unwrap();
    // Looking changes nothing.
    let looked = copy.end(&["status"]);
    assert!([0, 3].contains(&looked.code), "{}{}", looked.out, looked.err);
    assert_eq!(fs::read(&file).unwrap(), whole[..whole.len() - 40]);
    copy.go_on(step, false);
    let transcript = Transcript::load(&file, "").unwrap();
    assert_eq!((transcript.all("repaired").count(), transcript.all("found").count()), (1, 1));
}

#[test]
fn a_cut_line_about_a_key_is_mended() {
    let place = Place::before(DRAFT);
    cut_everywhere(&place, "key-enrolled", 1);
}

#[test]
fn a_cut_line_about_signatures_is_mended() {
    let place = Place::before(SIGN_ONE);
    cut_everywhere(&place, "signed", 1);
    cut_and_go_on(&place, SIGN_ONE);
}

#[test]
fn a_cut_line_about_the_release_is_mended() {
    let place = Place::before(RELEASE);
    place.expect(RELEASE, 0);
    cut_everywhere(&place, "released", 5);
    cut_and_go_on(&place, RELEASE);
}

/// The line about the freeze says which plan the payloads come from; without it they are not signed.
#[test]
fn a_lost_line_about_the_freeze_is_asked_for() {
    let place = Place::before(SIGN_SEVERAL);
    cut_everywhere(&place, "frozen", 5);
    let file = place.dir().join("transcript.jsonl");
    let whole = unclosed(&file);
    fs::write(&file, &whole[..whole.len() - 40]).unwrap();
    let refused = place.expect(SIGN_SEVERAL, 1);
    assert!(
        refused.err.contains("[PLAN-DIGEST]")
            && refused.err.contains("under which plan root version 1 was frozen")
    );
    assert!(refused.err.contains("next: Run `freeze` again"), "{}", refused.err);
    place.go_on(FREEZE, false);
}

/// A record that was changed, not cut, is nobody's to mend.
#[test]
fn a_changed_line_is_refused() {
    let place = Place::before(SIGN_ONE);
    let file = place.dir().join("transcript.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("\"actor\":\"ada\"", "\"actor\":\"ben\"", 1)).unwrap();
    let refused = place.expect(SIGN_ONE, 1);
    assert!(refused.err.contains("error [RECORD-CHAIN]: transcript.jsonl, line "), "{}", refused.err);
}

/// A file of the stage before `step`, by the beginning and the end of its name.
fn name_of(place: &Place, from: &str, to: &str) -> String {
    place.files().into_keys().find(|name| name.starts_with(from) && name.ends_with(to)).unwrap()
}

/// Cuts a file in several places. The command must end with this code and write nothing into the file's place; what is
/// wrong is named by the command or by `status`, which it points to.
fn refuses_cut(step: Step, from: &str, to: &str, code: i32) {
    let place = Place::before(step);
    let name = name_of(&place, from, to);
    let file = place.dir().join(&name);
    let whole = fs::read(&file).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 4] {
        fs::write(&file, &whole[..length]).unwrap();
        let refused = place.expect(step, code);
        let pointed_to =
            if refused.err.contains("`status`") { place.end(&["status"]).out } else { String::new() };
        let told = [refused.out, refused.err, pointed_to].concat();
        // A payload is named by the beginning of its digest, which is the name of its file.
        let digest = name.strip_prefix("payloads/").and_then(|file| file.get(..16));
        let named = told.contains(&name) || digest.is_some_and(|digest| told.contains(digest));
        assert!(named && told.contains("next: "), "{name} cut at {length}: {told}");
        assert_eq!(fs::read(&file).unwrap(), whole[..length], "{name}");
        assert!(!place.dir().join("metadata").exists());
    }
    fs::write(&file, &whole).unwrap();
    place.go_on(step, true);
}

#[test]
fn cut_keys_are_named() {
    refuses_cut(DRAFT, "keys/ben/", "public.pem", 1);
    refuses_cut(DRAFT, "keys/ben/", "key.json", 1);
}

#[test]
fn cut_drafts_are_named() {
    refuses_cut(FREEZE, "drafts/", "root.json", 1);
}

#[test]
fn cut_payloads_are_named() {
    refuses_cut(SIGN_SEVERAL, "payloads/", ".canonical", 1);
    refuses_cut(SIGN_SEVERAL, "payloads/", ".json", 1);
    refuses_cut(RELEASE, "payloads/index", ".json", 1);
}

/// What can be written anew is, by the command that the error names; nothing that was signed is lost by that.
#[test]
fn cut_drafts_and_payloads_are_written_anew() {
    let place = Place::before(RELEASE);
    let ways = [
        ("drafts/root", ".json", "`draft`", DRAFT),
        ("payloads/", ".json", "`freeze`", FREEZE),
        ("payloads/index", ".json", "`freeze`", FREEZE),
    ];
    for (from, to, next, mend) in ways {
        let name = name_of(&place, from, to);
        let file = place.dir().join(&name);
        let whole = fs::read(&file).unwrap();
        fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        let step = if mend == DRAFT { FREEZE } else { RELEASE };
        let refused = place.expect(step, 1);
        assert!(
            refused.err.starts_with(&format!("error: {name} is not what it should be: ")),
            "{}",
            refused.err
        );
        assert!(refused.err.contains(&format!("next: Run {next} again")), "{}", refused.err);
        let mended = place.expect(mend, 0);
        assert!(!mended.out.contains("void from now on"), "{}", mended.out);
        assert!(fs::read(&file).unwrap() == whole, "{name}");
    }
    place.go_on(RELEASE, true);
}

/// The record remembers what a damaged index named: what is void is still said to be.
#[test]
fn a_cut_index_hides_no_void_payload() {
    let place = Place::before(RELEASE);
    let plan = place.dir().join("ceremony.toml");
    let changed = fs::read_to_string(&plan).unwrap().replacen("\"30 days\"", "\"31 days\"", 1);
    fs::write(&plan, changed).unwrap();
    fs::write(place.dir().join("payloads/index.json"), "{").unwrap();
    place.expect(DRAFT, 0);
    let frozen = place.expect(FREEZE, 0);
    assert!(frozen.out.contains("void from now on; 1 signature"), "{}", frozen.out);
}

#[test]
fn cut_signatures_do_not_count() {
    refuses_cut(RELEASE, "signatures/", ".json", 3);
}

/// Before the token is asked: what it signs could not be stored.
#[test]
fn a_cut_signature_is_signed_again_only_once_it_is_away() {
    let place = Place::before(SIGN_ONE);
    let name = name_of(&place, "signatures/", ".json");
    let file = place.dir().join(&name);
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let status = place.expect(&["status"], 3);
    assert!(status.out.contains(&format!("ignored: {name}: ")), "{}", status.out);
    let refused = place.expect(SIGN_SEVERAL, 1);
    assert!(
        refused.err.starts_with(&format!("error: {name} is not what it should be: it is no valid signature")),
        "{}",
        refused.err
    );
    assert!(refused.err.contains("next: Restore the file from another copy"), "{}", refused.err);
    fs::remove_file(&file).unwrap();
    place.expect(SIGN_SEVERAL, 0);
    assert_eq!(fs::read(&file).unwrap(), whole);
    place.go_on(SIGN_ONE, true);
}

/// A release that lost bytes is not written over, and no client takes it.
#[test]
fn a_cut_release_is_named() {
    let place = Place::before(RELEASE);
    place.expect(RELEASE, 0);
    let (metadata, root) = (place.dir().join("metadata"), place.outside().join("1.root.json"));
    fs::copy(metadata.join("1.root.json"), &root).unwrap();
    let file = metadata.join("1.targets.json");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let refused = place.expect(RELEASE, 1);
    assert!(refused.err.contains("[PLAN-OUTPUT]"), "{}", refused.err);
    let verified =
        place.expect(&["verify", metadata.to_str().unwrap(), "--trusted", root.to_str().unwrap()], 1);
    assert!(
        format!("{}{}", verified.out, verified.err).contains("1.targets.json"),
        "{}{}",
        verified.out,
        verified.err
    );
    assert_eq!(fs::read(&file).unwrap(), whole[..whole.len() / 2]);
}
