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

/// A whole genesis of the small plan. Each line is a step: its number, and what is typed at its prompts. `PIN` is typed hidden;
/// the digits of a role are those on the paper.
pub const GENESIS: &str = "
1.1  AB
1.2  do CA
2.1  kh
2.2  do PIN ADA
2.3  AB
2.4  do PIN BEN
2.5  AB
2.6  do PIN CEM
2.7  AB
2.8  do PIN DAN
2.9  OP
2.10 do PIN OP
3.1  do CA
3.2  do CA
3.3  WI
3.4  do CA
4.1  do root targets PIN ADA
4.2  do root targets PIN BEN
4.3  do root targets PIN CEM
4.4  do root targets PIN DAN
4.5  do snapshot timestamp PIN OP
4.6  do CA
5.1  do CA
5.2  do CA
6.1  KH
6.2  CA
6.3  WI
";

/// The lines of [`GENESIS`] from one step on, up to before another.
pub fn from_to<'a>(from: &str, to: &str) -> Vec<(&'a str, Vec<&'a str>)> {
    let lines = GENESIS.lines().filter(|line| !line.is_empty()).map(|line| {
        let mut words = line.split_whitespace();
        (words.next().unwrap(), words.collect::<Vec<_>>())
    });
    let rest = lines.skip_while(|(step, _)| *step != from);
    rest.take_while(|(step, _)| *step != to).collect()
}

/// Follows a dialogue.
#[track_caller]
pub fn follow(room: &Room, holder: &mut Holder, lines: &[(&str, Vec<&str>)]) {
    for (step, answers) in lines {
        holder.reads(&format!("Step {step} of "));
        answer(room, holder, answers);
    }
}

/// Gives the answers of one step.
#[track_caller]
pub fn answer(room: &Room, holder: &mut Holder, answers: &[&str]) {
    for one in answers {
        match *one {
            "do" => holder.types(DO, "do"),
            "PIN" => holder.answers("PIN: ", PIN),
            "root" | "targets" | "snapshot" | "timestamp" => {
                holder.answers("Digits from paper: ", &room.typed(one));
            }
            initials => holder.types(INITIALS, initials),
        }
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
pub fn has_each_once(room: &Room, lines: &[(&str, Vec<&str>)]) {
    let steps: Vec<String> = lines.iter().map(|(step, _)| (*step).to_owned()).collect();
    assert_eq!(closed(room).into_iter().map(|(step, _)| step).collect::<Vec<_>>(), steps);
}
