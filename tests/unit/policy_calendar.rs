//! Calendars: the lines as they stand, the round trip of every text, and what another program reads.

use jiff::Timestamp;
use proptest::prelude::*;
use tuf_ceremony::host::display::visible;
use tuf_ceremony::json::Json;
use tuf_ceremony::policy::calendar::{Event, calendar};
use tuf_ceremony::tuf::time;

use crate::python::python;
use crate::tuf_fixture::json;

fn stamp() -> Timestamp {
    "2027-01-14T15:00:00.75Z".parse().unwrap()
}

fn event(uid: &str, at: &str, summary: &str, description: &str, remind_days: &[u32]) -> Event {
    Event {
        uid: uid.to_owned(),
        at: at.parse().unwrap(),
        summary: summary.to_owned(),
        description: description.to_owned(),
        remind_days: remind_days.to_vec(),
    }
}

#[test]
fn the_file_is_this() {
    let events = [
        event(
            "root@pypi",
            "2028-01-14T16:00:00.5+01:00",
            "root expires",
            "Version 4;\nthen, \\o/",
            &[7, 30, 7],
        ),
        event("next@pypi", "2027-12-01T09:00:00Z", "next ceremony", "", &[]),
    ];
    let expected = "\
        BEGIN:VCALENDAR\r\n\
        VERSION:2.0\r\n\
        PRODID:-//tuf-ceremony//EN\r\n\
        BEGIN:VEVENT\r\n\
        UID:next@pypi\r\n\
        DTSTAMP:20270114T150000Z\r\n\
        DTSTART:20271201T090000Z\r\n\
        SUMMARY:next ceremony\r\n\
        TRANSP:TRANSPARENT\r\n\
        END:VEVENT\r\n\
        BEGIN:VEVENT\r\n\
        UID:root@pypi\r\n\
        DTSTAMP:20270114T150000Z\r\n\
        DTSTART:20280114T150000Z\r\n\
        SUMMARY:root expires\r\n\
        DESCRIPTION:Version 4\\;\\nthen\\, \\\\o/\r\n\
        TRANSP:TRANSPARENT\r\n\
        BEGIN:VALARM\r\n\
        ACTION:DISPLAY\r\n\
        DESCRIPTION:root expires\r\n\
        TRIGGER:-P30D\r\n\
        END:VALARM\r\n\
        BEGIN:VALARM\r\n\
        ACTION:DISPLAY\r\n\
        DESCRIPTION:root expires\r\n\
        TRIGGER:-P7D\r\n\
        END:VALARM\r\n\
        END:VEVENT\r\n\
        END:VCALENDAR\r\n";
    assert_eq!(calendar("-//tuf-ceremony//EN", stamp(), &events), expected);
    assert_eq!(
        calendar("x", stamp(), &[]),
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"
    );
}

#[test]
fn the_order_of_events_makes_no_difference() {
    let at = "2028-01-14T15:00:00Z";
    let mut events = vec![
        event("b", at, "second", "", &[1, 2]),
        event("a", at, "first", "", &[]),
        event("c", "2027-01-14T15:00:00Z", "before", "", &[]),
    ];
    let file = calendar("x", stamp(), &events);
    let uids: Vec<&str> = file.lines().filter_map(|line| line.strip_prefix("UID:")).collect();
    assert_eq!(uids, ["c", "a", "b"]);
    events.reverse();
    events[2].remind_days.reverse();
    assert_eq!(calendar("x", stamp(), &events), file);
}

#[test]
fn lines_are_folded_at_75_octets_and_not_inside_a_character() {
    let folded = |summary: &str| {
        let file = calendar("x", stamp(), &[event("u", "2028-01-14T15:00:00Z", summary, "", &[])]);
        let start = file.find("SUMMARY:").unwrap();
        file[start..file.find("\r\nTRANSP").unwrap()].to_owned()
    };
    assert_eq!(folded(&"a".repeat(67)), format!("SUMMARY:{}", "a".repeat(67)));
    assert_eq!(folded(&"a".repeat(68)), format!("SUMMARY:{}\r\n a", "a".repeat(67)));
    // The blank counts.
    assert_eq!(folded(&"a".repeat(141)), format!("SUMMARY:{}\r\n {}", "a".repeat(67), "a".repeat(74)));
    assert_eq!(folded(&"a".repeat(142)), format!("SUMMARY:{}\r\n {}\r\n a", "a".repeat(67), "a".repeat(74)));
    // Three bytes, of which two would fit; four, of which three would.
    let before = "a".repeat(65);
    assert_eq!(folded(&format!("{before}\u{6f22}b")), format!("SUMMARY:{before}\r\n \u{6f22}b"));
    assert_eq!(
        folded(&format!("{}\u{1f511}", "a".repeat(64))),
        format!("SUMMARY:{}\r\n \u{1f511}", "a".repeat(64))
    );
    assert_eq!(
        folded(&format!("{}\u{1f511}", "a".repeat(63))),
        format!("SUMMARY:{}\u{1f511}", "a".repeat(63))
    );
}

#[test]
fn no_text_begins_a_line() {
    let text = "x\r\nEND:VEVENT\nEND:VCALENDAR\u{85}\u{2028}ATTACH:file\u{b}\u{0}\u{202e}";
    let events = [event(text, "2028-01-14T15:00:00Z", text, text, &[1])];
    let file = calendar(text, stamp(), &events);
    let escaped =
        "x\\\\u{d}\\nEND:VEVENT\\nEND:VCALENDAR\\\\u{85}\\\\u{2028}ATTACH:file\\\\u{b}\\\\u{0}\\\\u{202e}";
    let lines = unfolded(&file);
    for name in ["PRODID", "UID", "SUMMARY", "DESCRIPTION"] {
        assert!(lines.contains(&format!("{name}:{escaped}")), "{name} in {lines:#?}");
    }
    assert_eq!(lines.iter().filter(|line| line.starts_with("END:")).count(), 3);
    assert!(!file.contains(|c: char| c.is_control() && c != '\r' && c != '\n'));
    assert_eq!(file.matches('\r').count(), file.matches("\r\n").count());
    assert_eq!(file.matches('\n').count(), file.matches("\r\n").count());
}

/// The lines of a file, put together again (section 3.1).
fn unfolded(file: &str) -> Vec<String> {
    let body = file.strip_suffix("\r\n").unwrap().replace("\r\n ", "");
    body.split("\r\n").map(str::to_owned).collect()
}

/// A text as it was before it was escaped (section 3.3.11).
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        assert!(![';', ','].contains(&c), "bare {c} in {text}");
        out.push(match c {
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some(escaped @ ('\\' | ';' | ',')) => escaped,
                other => panic!("\\{other:?} in {text}"),
            },
            other => other,
        });
    }
    out
}

fn seen(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

fn texts() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        3 => any::<char>(),
        3 => prop::char::range(' ', '~'),
        2 => prop::sample::select(vec!['\\', ';', ',', 'n', 'N', '\n', '\r', '\t', ' ', ':', '"', '\u{2028}', '😀', '\u{6f22}']),
    ];
    prop::collection::vec(character, 0..200).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn every_text_comes_back(texts in prop::collection::vec(texts(), 4)) {
        let [product, uid, summary, description] = texts.as_slice() else { panic!() };
        let file = calendar(product, stamp(), &[event(uid, "2028-01-14T15:00:00Z", summary, description, &[1])]);
        let (body, end) = file.split_at(file.len() - 2);
        prop_assert_eq!(end, "\r\n");
        for line in body.split("\r\n") {
            prop_assert!(line.len() <= 75, "{} octets: {line}", line.len());
            prop_assert!(!line.contains(char::is_control));
        }
        // Folded no sooner than needed: another character would not have fitted.
        let lines: Vec<&str> = body.split("\r\n").collect();
        for pair in lines.windows(2) {
            if let Some(next) = pair[1].strip_prefix(' ') {
                prop_assert!(pair[0].len() + next.chars().next().unwrap().len_utf8() > 75);
            }
        }
        let lines = unfolded(&file);
        let of = |name: &str| lines.iter().filter_map(|line| line.strip_prefix(name)).map(unescaped).collect::<Vec<_>>();
        prop_assert_eq!(of("PRODID:"), [seen(product)]);
        prop_assert_eq!(of("UID:"), [seen(uid)]);
        let told = if description.is_empty() { vec![] } else { vec![seen(description)] };
        prop_assert_eq!(of("DESCRIPTION:"), [told, vec![seen(summary)]].concat());
        prop_assert_eq!(of("SUMMARY:"), [seen(summary)]);
        prop_assert_eq!(lines.len(), if description.is_empty() { 16 } else { 17 });
    }
}

const JUDGE: &str = r#"
import json, sys, icalendar
calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
assert not calendar.errors, calendar.errors
events = []
for event in calendar.walk("VEVENT"):
    assert not event.errors, event.errors
    events.append({
        "at": event["DTSTART"].dt.isoformat(),
        "stamp": event["DTSTAMP"].dt.isoformat(),
        "zone": str(event["DTSTART"].dt.tzinfo),
        "uid": str(event["UID"]),
        "summary": str(event["SUMMARY"]),
        "description": str(event.get("DESCRIPTION", "")),
        "transparent": str(event["TRANSP"]),
        "alarms": [[str(alarm["ACTION"]), int(alarm["TRIGGER"].dt.total_seconds()), str(alarm["DESCRIPTION"])]
                   for alarm in event.walk("VALARM")],
    })
print(json.dumps({"version": str(calendar["VERSION"]), "product": str(calendar["PRODID"]), "events": events}))
"#;

#[test]
fn another_program_reads_the_same() {
    // No backslash before an n: icalendar reads `\\n` as a backslash and a line end.
    let texts = [
        "root expires".to_owned(),
        "semi;colon, comma: \"quoted\" \\ back\\slash\nnext line\n\n  indented".to_owned(),
        "\u{6f22}\u{5b57}\u{1f511}é ".repeat(40),
        "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\u{2028}\u{202e}\u{0}".to_owned(),
        "  blanks  ".repeat(20) + ".",
    ];
    let events: Vec<Event> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| Event {
            uid: format!("{index};{text}@pypi"),
            at: format!("2028-0{}-14T15:00:07Z", index + 1).parse().unwrap(),
            summary: text.clone(),
            description: texts[(index + 1) % texts.len()].clone(),
            remind_days: vec![30, 7, 1, 0],
        })
        .collect();
    let file = calendar("-//tuf-ceremony; 0.1, x//EN", stamp(), &events);
    let Some(output) = python("another_program_reads_the_same", JUDGE, file.as_bytes()) else { return };
    let iso = |at: Timestamp| time::write(at).replace('Z', "+00:00");
    let alarm = |days: i64, event: &Event| {
        Json::Arr(vec![Json::from("DISPLAY"), Json::Int(-days * 86_400), Json::from(seen(&event.summary))])
    };
    let expected = events.iter().map(|event| {
        Json::object([
            ("at", Json::from(iso(event.at))),
            ("stamp", Json::from(iso(stamp()))),
            ("zone", Json::from("UTC")),
            ("uid", Json::from(seen(&event.uid))),
            ("summary", Json::from(seen(&event.summary))),
            ("description", Json::from(seen(&event.description))),
            ("transparent", Json::from("TRANSPARENT")),
            ("alarms", Json::Arr([30, 7, 1, 0].map(|days| alarm(days, event)).to_vec())),
        ])
    });
    let expected = Json::object([
        ("version", Json::from("2.0")),
        ("product", Json::from("-//tuf-ceremony; 0.1, x//EN")),
        ("events", Json::Arr(expected.collect())),
    ]);
    assert_eq!(json(&String::from_utf8(output).unwrap()), expected);
}
