//! A document with every kind of block, and with texts that nobody would choose.

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::print::document::{
    Block, Document, Label, Level, NamedDigest, Part, Run, Running, Signatory, Step, Table, Text,
};

/// A name with an umlaut, an emoji, an escape sequence and a right-to-left override.
pub const HOSTILE: &str = "Zoë \u{1f511} Müller\u{1b}[2J \u{202e}drac <b>&amp;\"'\\(x)";

/// A word that no line holds.
pub fn long_word() -> String {
    "donaudampfschifffahrtsgesellschaftskapitän".repeat(4)
}

fn heading(level: Level, text: &str, aside: Option<&str>) -> Block {
    Block::Heading { level, text: text.to_owned(), aside: aside.map(str::to_owned) }
}

fn step(number: &str, who: &str, parts: Vec<Part>) -> Block {
    Block::Step(Step { number: number.to_owned(), who: who.to_owned(), parts })
}

/// A step with as many paragraphs as asked for.
pub fn step_of(number: &str, paragraphs: usize) -> Block {
    let text = |at: usize| {
        Part::Text(Text::from(format!(
            "Paragraph {at} of step {number} begins here and goes on for more than one line, as most of them do."
        )))
    };
    step(number, "CA", (0..paragraphs).map(text).collect())
}

/// All of it.
pub fn everything() -> Document {
    let named = |of: &str| NamedDigest { of: of.to_owned(), digest: Sha256Digest::of(of.as_bytes()) };
    let text = |text: &str| Text::from(text);
    let mut blocks = vec![
        Block::Paragraph(
            text("A paragraph with ")
                .bold("bold")
                .plain(" and ")
                .code("code of fixed width")
                .plain(" in it. ")
                .plain(HOSTILE),
        ),
        Block::Paragraph(text("The word is ").plain(long_word()).plain(".")),
        Block::Bullets(vec![text("first"), text(&"second, which is long enough for two lines ".repeat(4))]),
        heading(Level::Act, "1. The plan", Some("15 minutes")),
        step(
            "1.1",
            "CA",
            vec![
                Part::Text(text("").bold("CA").plain(" shows the plan.")),
                Part::Command("tuf-ceremony plan\ntuf-ceremony plan --calendar dates.ics".to_owned()),
                Part::Expected(text("no line says FAILS.")),
                Part::Otherwise(
                    text("stop: ")
                        .code("tuf-ceremony explain")
                        .plain(" with the check's id says what it demands."),
                ),
            ],
        ),
        step("1.2", "W", vec![Part::Text(text("compares."))]),
        step(
            "1.10",
            "KH, OP",
            vec![Part::Command(format!(
                "tuf-ceremony change replace-key old-key --by new-key --old-serial R-0001 --serial {} --reason lost",
                "0123456789abcdef".repeat(5)
            ))],
        ),
    ];
    blocks.extend((1..12).map(|number| step_of(&format!("2.{number}"), number % 5 + 1)));
    blocks.extend([
        heading(Level::Part, &format!("A part with a long name: {}", long_word()), None),
        Block::Table(Table {
            head: ["number", "who", "what"].map(str::to_owned).to_vec(),
            rows: (0..40)
                .map(|row| {
                    vec![
                        text(&row.to_string()),
                        text("Ada"),
                        text(&format!("row {row} says {}", "a lot ".repeat(row))),
                    ]
                })
                .collect(),
        }),
        Block::Digest { named: named("hi"), note: Some("2 bytes".to_owned()) },
        Block::Digest { named: named(&format!("{HOSTILE}/{}", long_word())), note: None },
        Block::Signatures(
            (0..12)
                .map(|row| Signatory {
                    name: if row == 11 { String::new() } else { format!("{row} {HOSTILE}") },
                    role: format!("key holder {row}: ada-card, Łódź"),
                })
                .collect(),
        ),
        Block::Labels(
            (0..5)
                .map(|row| Label {
                    kind: "Token".to_owned(),
                    name: format!("card-{row}{}", if row == 3 { long_word() } else { String::new() }),
                    facts: vec![
                        ("holder".to_owned(), HOSTILE.to_owned()),
                        ("serial".to_owned(), format!("R-{row}")),
                    ],
                })
                .collect(),
        ),
    ]);
    Document {
        title: format!("Everything, for {HOSTILE}"),
        running: Running {
            ceremony: Some("example-2027-root".to_owned()),
            what: "Test sheet".to_owned(),
            digest: Some(named("script.md")),
        },
        rehearsal: true,
        blocks,
    }
}

/// Every text of the document by itself, as its model has it.
pub fn texts(document: &Document) -> Vec<String> {
    let mut all = vec![document.title.clone(), document.running.what.clone()];
    all.extend(document.running.ceremony.clone());
    all.extend(document.running.digest.iter().map(|one| one.of.clone()));
    let joined = |text: &Text| text.0.iter().map(|run: &Run| run.text.clone()).collect::<Vec<_>>();
    for block in &document.blocks {
        match block {
            Block::Heading { text, aside, .. } => {
                all.extend(std::iter::once(text.clone()).chain(aside.clone()))
            }
            Block::Paragraph(text) => all.extend(joined(text)),
            Block::Bullets(items) => all.extend(items.iter().flat_map(joined)),
            Block::Step(step) => {
                all.extend([step.number.clone(), step.who.clone()]);
                for part in &step.parts {
                    match part {
                        Part::Command(typed) => all.extend(typed.lines().map(str::to_owned)),
                        Part::Text(text) | Part::Expected(text) | Part::Otherwise(text) => {
                            all.extend(joined(text))
                        }
                    }
                }
            }
            Block::Table(table) => {
                all.extend(table.head.iter().cloned());
                all.extend(table.rows.iter().flatten().flat_map(joined));
            }
            Block::Digest { named, note } => {
                all.extend([named.of.clone(), named.digest.to_hex()]);
                all.extend(note.clone());
                all.extend(
                    tuf_ceremony::console::words::words(&named.digest.0).into_iter().map(str::to_owned),
                );
            }
            Block::Signatures(people) => {
                all.extend(people.iter().flat_map(|one| [one.name.clone(), one.role.clone()]))
            }
            Block::Labels(labels) => {
                for one in labels {
                    all.extend([one.kind.clone(), one.name.clone()]);
                    all.extend(one.facts.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
                }
            }
        }
    }
    all
}
