//! tough as a judge: what does this Rust client say of published metadata?
//!
//! `tough-judge --at 2027-01-14T15:00:00Z < cases > verdicts`; cases and verdicts are those of tests/clients/judge.py.

use std::error::Error;
use std::io::{BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tough::{FilesystemTransport, IntoVec, RepositoryLoader, TargetName};
use url::Url;

type Outcome = Result<String, Box<dyn Error + Send + Sync>>;

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
}

/// Starts this program again under a clock that stands still at the time asked for.
fn at_that_time() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [option, time] = arguments.as_slice() else {
        return Err("usage: tough-judge --at 2027-01-14T15:00:00Z".into());
    };
    assert_eq!(option, "--at", "there is only --at");
    if std::env::var_os("JUDGE_AT").is_some_and(|at| at.as_os_str() == time.as_str()) {
        return Ok(());
    }
    let failed = Command::new("faketime")
        .arg("-f")
        .arg(time.replace('T', " ").trim_end_matches('Z'))
        .arg(std::env::current_exe()?)
        .args([option, time])
        .envs([
            ("JUDGE_AT", time.as_str()),
            ("TZ", "UTC"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("NO_FAKE_STAT", "1"),
        ])
        .exec();
    Err(format!("faketime: {failed}").into())
}

fn url_of(directory: &Path) -> Result<Url, Box<dyn Error + Send + Sync>> {
    Url::from_directory_path(directory.canonicalize()?).map_err(|()| "the directory has no URL".into())
}

/// What is to be noted of metadata that is accepted, and the client's error otherwise.
async fn judge(case: Case) -> Outcome {
    let trusted = std::fs::read(&case.trusted)?;
    let datastore = tempfile::tempdir()?;
    let metadata = url_of(&case.metadata)?;
    let targets = url_of(case.targets.as_deref().unwrap_or(&case.metadata))?;
    let repository = RepositoryLoader::new(&trusted, metadata, targets)
        .transport(FilesystemTransport)
        .datastore(datastore.path())
        .load()
        .await?;
    let mut missed = Vec::new();
    for path in case.lookups {
        // A name that tough takes for no name at all is a name that nobody lists.
        let listed = |name: &TargetName| repository.targets().signed.find_target(name, false).is_ok();
        let Some(target) = TargetName::new(path.as_str()).ok().filter(listed) else {
            missed.push(path);
            continue;
        };
        if case.targets.is_some()
            && let Some(stream) = repository.read_target(&target).await?
        {
            stream.into_vec().await?;
        }
    }
    Ok(if missed.is_empty() { String::new() } else { format!("not found: {}", missed.join(", ")) })
}

/// The first line of an error and of its causes, each said once.
fn describe(error: &(dyn Error + Send + Sync + 'static)) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = inner.source();
    }
    said.lines().next().unwrap_or_default().to_owned()
}

async fn verdict(case: Case) -> Verdict {
    let name = case.name.clone();
    // A task of its own, because a panic is a refusal too and may not end the batch.
    let (accepted, why) = match tokio::spawn(judge(case)).await {
        Ok(Ok(note)) => (true, note),
        Ok(Err(error)) => (false, describe(error.as_ref())),
        Err(panic) => (false, panic.to_string()),
    };
    Verdict { name, accepted, why }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    at_that_time()?;
    for line in std::io::stdin().lock().lines() {
        let verdict = verdict(serde_json::from_str(&line?)?).await;
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&verdict)?)?;
    }
    Ok(())
}
