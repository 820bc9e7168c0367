//! The ladder as text.

use super::text::line;
use crate::ceremony::plan::{Rung, State};

/// That the ladder was written.
pub fn written(rungs: &[Rung]) -> String {
    let ready = rungs.iter().filter(|rung| rung.state == State::Ready).count();
    format!("Wrote the ladder into drafts/ladder/; rungs that are ready: {ready} of {}.", rungs.len())
}

/// The rungs of the ladder, and what must be known of them; nothing if there are none.
pub fn text(rungs: &[Rung]) -> String {
    if rungs.is_empty() {
        return String::new();
    }
    let mut out =
        "The ladder, in drafts/ladder/: on the night, `freeze --rung NAME` and signatures\n".to_owned();
    for rung in rungs {
        let state = match &rung.state {
            State::Ready => "ready".to_owned(),
            State::Taken => "taken: ceremony.toml is this rung's by now".to_owned(),
            State::Stale(files) => format!("STALE: {} would come out differently now", files.join(", ")),
            State::Impossible(why) => format!("cannot be made: {why}"),
        };
        out.push_str(&line(&format!("{}: {state}", rung.name)));
    }
    if rungs.iter().any(|rung| rung.state == State::Ready) {
        out.push_str(&line(
            "Periods such as \"7 days\" are counted from the moment at which a rung is taken: `freeze --rung` sets `planned` to \
             that.",
        ));
    }
    let is_online = |role: &String| role == "snapshot" || role == "timestamp";
    let online = rungs.iter().filter(|rung| rung.makes.iter().any(is_online));
    let online: Vec<&str> = online.map(|rung| rung.name.as_str()).collect();
    if !online.is_empty() {
        out.push_str(&line(&format!(
            "{} also {} snapshot or timestamp, over what was imported here. Whenever others of those have been published, write \
             the ladder anew, in a directory that `new DIR --from THIS-ONE --trusted PUBLISHED/N.root.json` starts. Better for a \
             ladder that is kept for months: leave both to their services, by listing their keys with the public half alone \
             (`public` in ceremony.toml); then no rung makes them, and the services sign them on the night.",
            online.join(", "),
            if online.len() == 1 { "makes" } else { "make" }
        )));
    }
    out.trim_end().to_owned()
}
