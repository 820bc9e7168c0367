//! rust-tuf as a judge: what does this Rust client say of published metadata?
//!
//! `rust-tuf-judge --at 2027-01-14T15:00:00Z < cases > verdicts`; cases and verdicts are those of
//! tests/clients/judge.py. rust-tuf is not asked with a past: "before" is ignored, since nothing is kept here.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use futures_executor::block_on;
use tuf::client::{Client, Config};
use tuf::metadata::{Metadata, RawSignedMetadata, TargetPath};
use tuf::pouf::Pouf1;
use tuf::repository::{EphemeralRepository, FileSystemRepositoryBuilder};

#[derive(serde::Deserialize)]
struct Case {
    name: String,
    metadata: PathBuf,
    trusted: PathBuf,
    lookups: Vec<String>,
    targets: Option<PathBuf>,
}

#[derive(serde::Serialize)]
struct Verdict {
    name: String,
    accepted: bool,
    why: String,
    versions: Option<Versions>,
}

/// What the client trusts in the end, by top-level role.
type Versions = BTreeMap<&'static str, Option<u32>>;

/// What is to be noted of metadata that is accepted, and the client's error otherwise.
async fn judge(case: &Case, at: &DateTime<Utc>) -> tuf::Result<(String, Versions)> {
    let trusted =
        std::fs::read(&case.trusted).map_err(|err| tuf::Error::IoPath { path: case.trusted.clone(), err })?;
    let remote = FileSystemRepositoryBuilder::<Pouf1>::new(Path::new(""))
        .metadata_prefix(&case.metadata)
        .targets_prefix(case.targets.as_ref().unwrap_or(&case.metadata))
        .build();
    let local = EphemeralRepository::<Pouf1>::new();
    // Not `with_trusted_root`, which follows the roots by the clock of the machine.
    let database = tuf::Database::from_trusted_root(&RawSignedMetadata::new(trusted))?;
    let mut client = Client::from_database(Config::default(), database, local, remote);
    client.update_with_start_time(at).await?;
    let mut missed = Vec::new();
    for path in &case.lookups {
        let target = TargetPath::new(path.as_str())?;
        match client.fetch_target_description_with_start_time(&target, at).await {
            Err(tuf::Error::TargetNotFound(_)) => missed.push(path.as_str()),
            Err(error) => return Err(error),
            Ok(_) if case.targets.is_some() => {
                client.fetch_target_to_local_with_start_time(&target, at).await?;
            }
            Ok(_) => {}
        }
    }
    let trusted = client.database();
    let versions = Versions::from([
        ("root", Some(trusted.trusted_root().version())),
        ("timestamp", trusted.trusted_timestamp().map(|timestamp| timestamp.version())),
        ("snapshot", trusted.trusted_snapshot().map(|snapshot| snapshot.version())),
        ("targets", trusted.trusted_targets().map(|targets| targets.version())),
    ]);
    let note = if missed.is_empty() { String::new() } else { format!("not found: {}", missed.join(", ")) };
    Ok((note, versions))
}

fn verdict(case: &Case, at: &DateTime<Utc>) -> Verdict {
    // A panic is a refusal too and may not end the batch.
    let outcome = match catch_unwind(AssertUnwindSafe(|| block_on(judge(case, at)))) {
        Ok(Ok(said)) => Ok(said),
        Ok(Err(error)) => Err(error.to_string().lines().next().unwrap_or_default().to_owned()),
        Err(_) => Err("panicked".to_owned()),
    };
    let name = case.name.clone();
    match outcome {
        Ok((why, versions)) => Verdict { name, accepted: true, why, versions: Some(versions) },
        Err(why) => Verdict { name, accepted: false, why, versions: None },
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [option, at] = arguments.as_slice() else {
        return Err("usage: rust-tuf-judge --at 2027-01-14T15:00:00Z".into());
    };
    assert_eq!(option, "--at", "there is only --at");
    let at = at.parse()?;
    for line in std::io::stdin().lock().lines() {
        let verdict = verdict(&serde_json::from_str(&line?)?, &at);
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&verdict)?)?;
    }
    Ok(())
}
