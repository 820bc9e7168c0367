//! `digest`: what is read aloud, and what is compared.

use crate::room::Room;

const WORDS: &str = "printer undaunted goldfish document\n  blackjack hemisphere cement politeness\n  Scotland opulent Zulu \
                     Norwegian\n  cleanup designing mural Chicago\n  classic gravity glucose paragon\n  music vertigo vapor \
                     filament\n  snowslide megaton exceed customer\n  sailboat autopsy kickoff tradition\n";
const HEX: &str = "98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4";

/// A directory with two files.
fn room() -> Room {
    let room = Room::new();
    room.write("hi", "hi\n");
    room.write("other\u{1b}[2J", "");
    room
}

/// The path of a file, as it is typed.
fn typed(room: &Room, name: &str) -> String {
    room.path(name).to_str().unwrap().to_owned()
}

#[test]
fn a_digest_is_shown_in_groups_and_as_words() {
    let room = room();
    let done = room.run(&["digest", &typed(&room, "hi")]).ok();
    let told = format!(
        "  98ea 6e4f 216f 2fb4 b69f ff9b 3a44 842c\n  3868 6ca6 85f3 f55d c48c 5d3f b110 7be4\nthe same as words\n  {WORDS}"
    );
    assert!(done.out.ends_with(&told), "{}", done.out);
    let both = room.run(&["--json", "digest", &typed(&room, "hi"), &typed(&room, "other\u{1b}[2J")]).json();
    assert_eq!(both[0]["sha256"], HEX);
    assert_eq!(both[1]["sha256"], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    let text = room.run(&["digest", &typed(&room, "other\u{1b}[2J")]).ok();
    assert!(!text.out.contains('\u{1b}'), "{}", text.out);
}

#[test]
fn words_are_compared() {
    let room = room();
    let file = typed(&room, "hi");
    let done = room.run(&["digest", &file, "--words", WORDS]).ok();
    assert!(done.out.contains(HEX), "{}", done.out);
    let next = "Compare that word and those before it with the paper, and give all words again.";
    let wrong = WORDS.replace("mural", "music");
    let what = "word 15 is music, and mural belongs there";
    room.run(&["digest", &file, "--words", &wrong]).failed(1, what, next);
    let what = "2 words given, and 32 belong there; as far as both go they agree";
    let part: Vec<&str> = WORDS.split_whitespace().take(2).collect();
    let next = "Give all 32 words of the paper, in their order, and no others.";
    room.run(&["digest", &file, "--words", &part.join(" ")]).failed(1, what, next);
    let mut screen = room.sit_down(&["digest", &file, "--words"]);
    screen.answers("All 32 words", &WORDS.replace("\n ", ""));
    let (code, screen) = screen.leaves();
    assert_eq!(code, 0, "{screen}");
}

#[test]
fn words_belong_to_one_file() {
    let room = room();
    let file = typed(&room, "hi");
    let what = "--words are compared with one file";
    room.run(&["digest", &file, &file, "--words", "a"]).failed(2, what, "Name one file.");
}
