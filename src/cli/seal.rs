//! `seal`: close the record.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::seal::{Done, Sealing, seal};
use crate::console::Console as _;
use crate::json::Json;

/// Close the ceremony after its release: sign the record's final head, and write how to check it
///
/// Writes `checkpoint`, `VERIFY.md` and `SHA256SUMS`. Nothing can be recorded afterwards. After a stop, run it again.
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(context: &mut Context, _: &Args) -> Result<Exit, CeremonyError> {
    let Sealing { head, files, done, kept, last, exports } = seal(&context.directory)?;
    if context.json {
        context.console.say(&show::json(&Json::object([
            ("before", Json::Bool(done == Done::Before)),
            ("files", Json::Int(i64::try_from(files).unwrap_or(i64::MAX))),
            ("head", show::head(&head)),
            ("last", Json::from(last.to_hex())),
        ])));
        return Ok(Exit::Yes);
    }
    let said = match done {
        Done::Sealed => "Sealed.",
        Done::Completed => "Sealed: what an interrupted seal had left was done.",
        Done::Updated => {
            "Sealed before. The checkpoint has other cosignatures than SHA256SUMS knew; it was brought up to date."
        }
        Done::Before => "Sealed already, and every file is as it was then.",
    };
    let mut lost = show::kept(&kept).join("\n");
    if !lost.is_empty() {
        lost.push_str("\nThis is in the record now, for those who audit it: say on the sheet, in ink, who did that, and why.\n");
    }
    let root = show::indent("    ", &show::digest(head.root));
    let size = head.size;
    let restore = match exports.as_slice() {
        [] => String::new(),
        exports => format!(" Take out what a restore needs: {}.", exports.join(", ")),
    };
    context.console.say(&format!(
        "{said}\n{lost}\
         {}\n\
         The tree head of all {size} lines, for the paper, too:\n{root}\n\
         SHA256SUMS lists {files} files; VERIFY.md says how to check all of it without this program.\n\
         Next: `tuf-ceremony print sheet --out sheet.pdf`, for signatures in ink.{restore} Then give copies of this directory to \
         the witnesses; each may add a cosignature: `tuf-ceremony transcript cosign --name NAME --key-file FILE`",
        show::record(usize::try_from(head.size).unwrap_or(usize::MAX), last)
    ));
    Ok(Exit::Yes)
}
