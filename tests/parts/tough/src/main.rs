//! tough as a judge: what does this Rust client say of published metadata?
//!
//! `tough-judge --at 2027-01-14T15:00:00Z < cases > verdicts`; cases and verdicts are those of tests/clients/judge.py.

use std::error::Error;
use std::future::Future;
use std::io::{BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tough::{FilesystemTransport, IntoVec, Repository, RepositoryLoader, TargetName};
use url::Url;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Clone, serde::Deserialize)]
struct Case {
    name: String,
    #[serde(default)]
    before: Vec<PathBuf>,
    local: Option<PathBuf>,
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

/// What the client trusts in the end.
#[derive(serde::Serialize)]
struct Versions {
    root: u64,
    timestamp: u64,
    snapshot: u64,
    targets: u64,
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

fn url_of(directory: &Path) -> Outcome<Url> {
    Url::from_directory_path(directory.canonicalize()?).map_err(|()| "the directory has no URL".into())
}

/// A client that has refreshed. Each is given the trusted root: tough writes the newest root into its datastore, and never
/// reads it again.
async fn refreshed(case: Case, metadata: PathBuf, datastore: PathBuf) -> Outcome<Repository> {
    let trusted = std::fs::read(&case.trusted)?;
    let targets = url_of(case.targets.as_ref().unwrap_or(&metadata))?;
    let loader = RepositoryLoader::new(&trusted, url_of(&metadata)?, targets);
    Ok(loader.transport(FilesystemTransport).datastore(datastore).load().await?)
}

/// What is to be noted of metadata that is accepted, and the client's error otherwise.
async fn judge(case: Case, datastore: PathBuf) -> Outcome<(String, Versions)> {
    let repository = refreshed(case.clone(), case.metadata.clone(), datastore).await?;
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
    let versions = Versions {
        root: repository.root().signed.version.get(),
        timestamp: repository.timestamp().signed.version.get(),
        snapshot: repository.snapshot().signed.version.get(),
        targets: repository.targets().signed.version.get(),
    };
    let note = if missed.is_empty() { String::new() } else { format!("not found: {}", missed.join(", ")) };
    Ok((note, versions))
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

/// What comes of work, which is a task of its own, because a panic is a refusal too and may not end the batch.
async fn caught<T: Send + 'static>(
    work: impl Future<Output = Outcome<T>> + Send + 'static,
) -> Result<T, String> {
    match tokio::spawn(work).await {
        Ok(outcome) => outcome.map_err(|error| describe(error.as_ref())),
        Err(panic) => Err(panic.to_string()),
    }
}

/// What is to be said of metadata that is accepted, and why it is refused otherwise.
async fn outcome(case: Case) -> Result<(String, Versions), String> {
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let datastore = case.local.clone().unwrap_or_else(|| temporary.path().to_owned());
    for metadata in case.before.clone() {
        let earlier = refreshed(case.clone(), metadata, datastore.clone());
        caught(earlier).await.map_err(|why| format!("before: {why}"))?;
    }
    caught(judge(case, datastore)).await
}

async fn verdict(case: Case) -> Verdict {
    let name = case.name.clone();
    match outcome(case).await {
        Ok((why, versions)) => Verdict { name, accepted: true, why, versions: Some(versions) },
        Err(why) => Verdict { name, accepted: false, why, versions: None },
    }
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
