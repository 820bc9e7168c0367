//! A dialogue with `run`: what appears on the screen, and what is typed then.

use tuf_ceremony::token::rehearsal::PIN;

use crate::holder::Holder;
use crate::room::Room;

/// The prompt of a step that people do, or whose command has done its work.
pub const INITIALS: &str = "Initials of who did it; ? lists the words: ";
/// The prompt of a step with a command.
pub const DO: &str = "`do` runs the command; ? lists the words: ";
/// The prompt below what stands before the first act.
pub const FIRST: &str = "Enter shows the first step: ";

/// A prompt, and what is typed then.
pub type Line = (&'static str, &'static str);

/// A step of a script, by its number, and its prompts.
pub type Scene = (&'static str, Vec<Line>);

/// The steps of the whole genesis that `genesis.dialogue` tells.
fn genesis() -> Vec<Scene> {
    let mut scenes: Vec<(&str, Vec<Line>)> = Vec::new();
    for line in include_str!("genesis.dialogue").lines() {
        if let Some(prompt) = line.strip_prefix("    ") {
            // The blank behind the prompt is the program's.
            let end = prompt.rfind(": ").map_or(prompt.len(), |colon| colon + 2);
            scenes.last_mut().unwrap().1.push(prompt.split_at(end));
        } else if !line.is_empty() && !line.starts_with('#') {
            scenes.push((line, Vec::new()));
        }
    }
    scenes
        .into_iter()
        .filter_map(|(said, lines)| Some((said.strip_prefix("Step ")?.strip_suffix(" of")?, lines)))
        .collect()
}

/// The steps from one on, up to before another.
pub fn from_to(from: &str, to: &str) -> Vec<Scene> {
    let rest = genesis().into_iter().skip_while(|(step, _)| *step != from);
    rest.take_while(|(step, _)| *step != to).collect()
}

/// Follows a dialogue.
#[track_caller]
pub fn follow(room: &Room, holder: &mut Holder, scenes: &[Scene]) {
    for (step, lines) in scenes {
        holder.reads(&format!("Step {step} of "));
        lines.iter().for_each(|line| reply(room, holder, *line));
    }
}

/// Reads up to a prompt, and types what is meant.
#[track_caller]
pub fn reply(room: &Room, holder: &mut Holder, (prompt, answer): Line) {
    match answer {
        "PIN" => holder.answers(prompt, PIN),
        "root" | "targets" | "snapshot" | "timestamp" => holder.answers(prompt, &room.typed(answer)),
        answer => holder.answers(prompt, answer),
    }
}

/// Gives the answers of one step, each at the prompt that it is for.
#[track_caller]
pub fn answer(room: &Room, holder: &mut Holder, answers: &[&'static str]) {
    for answer in answers {
        let prompt = match *answer {
            "do" => DO,
            "PIN" => "PIN: ",
            "root" | "targets" | "snapshot" | "timestamp" => "Digits from paper: ",
            _ => INITIALS,
        };
        reply(room, holder, (prompt, answer));
    }
}

/// The steps that the record says are closed, with their events, in its order.
pub fn closed(room: &Room) -> Vec<(String, String)> {
    let lines = room.record().into_iter();
    let lines = lines.filter(|line| line["event"] == "step" || line["event"] == "exception");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    lines.map(|line| (text(&line["step"]), text(&line["event"]))).collect()
}

/// The record has each of these steps once, and in this order.
#[track_caller]
pub fn has_each_once(room: &Room, scenes: &[Scene]) {
    let steps: Vec<String> = scenes.iter().map(|(step, _)| (*step).to_owned()).collect();
    assert_eq!(closed(room).into_iter().map(|(step, _)| step).collect::<Vec<_>>(), steps);
}
