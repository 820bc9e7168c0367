//! What a client makes of a whole repository: one look at it, and the evidence.

use jiff::Timestamp;

use crate::tuf::dialect::{Dialect, repository};
use crate::tuf::root::Root;
use crate::tuf::targets::TargetFile;

use super::evidence::{Artifact, Refusal, Row};
use super::profile::Profile;
use super::source::{Source, Stop, Store};
use super::trusted::Client;
use super::update::{Copies, Update};

/// How a repository is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whose eyes it is seen with.
    pub profile: Profile,
    /// The time at which expiry is judged (spec 5.1).
    pub at: Timestamp,
    /// Whether only the root chain is looked at.
    pub roots_only: bool,
}

/// What a client makes of a repository.
#[derive(Clone, Debug)]
pub struct Report {
    /// How it was looked at.
    pub look: Look,
    /// In which dialect it is written.
    pub dialect: Dialect,
    /// The files that were looked at, in the order in which a client asks for them.
    pub rows: Vec<Row>,
    /// The file that is to blame, and why it is refused; `None` if the repository is accepted.
    pub refused: Option<(String, Refusal)>,
    /// Whether any of the files was made in a rehearsal, so that nobody may trust it.
    pub rehearsal: bool,
    /// What a client's earlier copies are, in words; empty where it was not asked.
    pub held_to: Vec<String>,
    /// Whether earlier versions were forgotten because keys were rotated (spec 5.3.11).
    pub forgotten: bool,
    /// The newest root that was trusted in the end; `None` if not even the first was.
    pub newest: Option<Root>,
}

/// Looks at everything that a client could be given, starting from a trusted root. `check` says whether a target file is
/// there and right; its first argument is whether snapshots are consistent.
pub fn look<E, S: Source<Error = E>, T: Store<Error = E>>(
    look: &Look,
    trusted: &[u8],
    source: &mut S,
    store: &mut T,
    check: &dyn Fn(bool, &str, &TargetFile) -> Result<Artifact, E>,
) -> Result<Report, E> {
    let client = match Client::start(look.profile, look.at, trusted) {
        Ok(client) => client,
        Err(row) => return Ok(Report::of_rows(look, vec![*row])),
    };
    let mut update = Update { client, source, store, copies: Copies::CompareOnly };
    let outcome = if look.roots_only { update.roots() } else { everything(&mut update, check) };
    let client = update.client;
    let (rehearsal, forgotten, newest) = (client.rehearsal, client.rotated, Some(client.root().clone()));
    match outcome {
        Ok(()) => {
            Ok(Report { refused: None, rehearsal, forgotten, newest, ..Report::of_rows(look, client.rows) })
        }
        Err(Stop::Refused) => {
            Ok(Report { rehearsal, forgotten, newest, ..Report::of_rows(look, client.rows) })
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn everything<E, S: Source<Error = E>, T: Store<Error = E>>(
    update: &mut Update<'_, S, T>,
    check: &dyn Fn(bool, &str, &TargetFile) -> Result<Artifact, E>,
) -> Result<(), Stop<E>> {
    update.top_level()?;
    let consistent = update.client.root().consistent_snapshot == Some(true);
    update.visit_all(&mut |path, file| check(consistent, path, file))
}

/// Looks at a repository in another dialect, starting from a trusted root.
pub fn look_at_dialect<E>(look: &Look, trusted: &[u8], read: repository::Reader<'_, E>) -> Result<Report, E> {
    let found = repository::verify(trusted, look.at, look.roots_only, read)?;
    let (rows, refused) = found.evidence();
    Ok(Report { dialect: found.dialect, refused, ..Report::of_rows(look, rows) })
}

impl Report {
    /// The newest root, if it has expired: whoever looks at more than the roots stops there (spec 5.3.10).
    pub fn expired_root(&self) -> Option<&Root> {
        self.newest.as_ref().filter(|root| root.header.expires.at <= self.look.at)
    }

    /// A report of a refusal: the first that a row has.
    fn of_rows(look: &Look, rows: Vec<Row>) -> Report {
        let blamed = rows.iter().find(|row| row.refused.is_some() && !row.earlier);
        let refused = blamed.and_then(|row| Some((row.file.clone(), row.refused.clone()?)));
        let nothing = || (String::new(), Refusal::new("5", "it was refused"));
        let refused = Some(refused.unwrap_or_else(nothing));
        let dialect = Dialect::Tuf1;
        Report {
            look: *look,
            dialect,
            rows,
            refused,
            rehearsal: false,
            held_to: Vec::new(),
            forgotten: false,
            newest: None,
        }
    }
}
