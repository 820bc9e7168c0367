//! A TUF client with the command line of the public conformance suite (theupdateframework/tuf-conformance), so that the
//! verifier of this program can be judged by it. Thin: HTTP and folders on the outside, `tuf::client` on the inside.
//!
//! ```text
//! conformance_client --metadata-dir D init TRUSTED_ROOT
//! conformance_client --metadata-dir D --metadata-url U refresh
//! conformance_client --metadata-dir D --metadata-url U --target-name T --target-base-url B --target-dir O download
//! ```

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use tuf_ceremony::console::Terminal;
use tuf_ceremony::host::{clock, display::visible, files};
use tuf_ceremony::tuf::ROOT_LIMIT;
use tuf_ceremony::tuf::client::document::mismatch;
use tuf_ceremony::tuf::client::source::{Fetched, Source, Stop, Store, file_stem};
use tuf_ceremony::tuf::client::update::{Copies, Update};
use tuf_ceremony::tuf::client::{Client, Profile, Row};
use tuf_ceremony::tuf::targets::TargetFile;

#[derive(Parser)]
struct Arguments {
    /// Where trusted metadata is kept
    #[arg(long)]
    metadata_dir: PathBuf,
    #[arg(long)]
    metadata_url: Option<String>,
    /// A target to download; may be given several times
    #[arg(long)]
    target_name: Vec<String>,
    #[arg(long)]
    target_base_url: Option<String>,
    #[arg(long)]
    target_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Keep a trusted root
    Init { trusted_root: PathBuf },
    /// Bring the top-level metadata up to date
    Refresh,
    /// Download targets
    Download,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            Terminal::default().complain(&visible(&why));
            ExitCode::from(1)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let mut copies = Folder(arguments.metadata_dir.clone());
    if let Command::Init { trusted_root } = &arguments.command {
        let bytes = files::read(trusted_root, ROOT_LIMIT).map_err(|error| error.to_string())?;
        return copies.save("root", &bytes);
    }
    let trusted = copies.load("root")?.ok_or("there is no trusted root: run init")?;
    let client = Client::start(Profile::Lenient, clock::now(), &trusted).map_err(|row| told(&row))?;
    let url = arguments.metadata_url.clone().ok_or("--metadata-url is needed")?;
    let mut repository = Repository { agent: agent(), url };
    let mut update = Update { client, source: &mut repository, store: &mut copies, copies: Copies::Use };
    let refreshed = update.refresh();
    finish(&update.client, refreshed)?;
    if matches!(arguments.command, Command::Refresh) {
        return Ok(());
    }
    let base = arguments.target_base_url.as_deref().ok_or("--target-base-url is needed")?;
    let folder = arguments.target_dir.as_deref().ok_or("--target-dir is needed")?;
    for target in &arguments.target_name {
        let found = update.find(target);
        let file = finish(&update.client, found)?.ok_or_else(|| format!("there is no target {target}"))?;
        let consistent = update.client.root().consistent_snapshot == Some(true);
        download(base, folder, target, &file, consistent)?;
    }
    Ok(())
}

fn finish<T>(client: &Client, outcome: Result<T, Stop<String>>) -> Result<T, String> {
    outcome.map_err(|stop| match stop {
        Stop::Failed(why) => why,
        Stop::Refused => client.rows.last().map_or_else(|| "refused".to_owned(), told),
    })
}

fn told(row: &Row) -> String {
    let why = row.refused.as_ref().map_or("refused".to_owned(), ToString::to_string);
    format!("{}: {why}", row.file)
}

/// Downloads a target, unless it is there already with the right hashes.
fn download(
    base: &str,
    folder: &Path,
    target: &str,
    file: &TargetFile,
    consistent: bool,
) -> Result<(), String> {
    // Of all names these alone would leave the folder, or be the folder.
    if ["", ".", ".."].contains(&target) {
        return Err(format!("{target:?} cannot be the name of a file"));
    }
    let place = folder.join(file_stem(target));
    let limit = usize::try_from(file.length).unwrap_or(usize::MAX);
    let is_right = |bytes: &[u8]| mismatch(bytes, Some(file.length), file.hashes.iter());
    if let Ok(Some(bytes)) = files::read_if_there(&place, limit)
        && is_right(&bytes).is_none()
    {
        return Ok(());
    }
    let (parents, name) = target.rsplit_once('/').map_or(("", target), |(parents, name)| (parents, name));
    let mut path: Vec<String> =
        parents.split('/').filter(|parent| !parent.is_empty()).map(file_stem).collect();
    let hash = file.hashes.values().next().filter(|_| consistent);
    path.push(match hash {
        Some(hash) => format!("{hash}.{}", file_stem(name)),
        None => file_stem(name),
    });
    match fetch(&agent(), &joined(base, &path.join("/")), limit)? {
        Fetched::Bytes(bytes) => match is_right(&bytes) {
            None => files::replace(&place, &bytes).map_err(|error| error.to_string()),
            Some(why) => Err(format!("{target}: {why}")),
        },
        Fetched::Missing => Err(format!("{target} is not there")),
        Fetched::TooLarge => Err(format!("{target} is longer than {limit} bytes")),
    }
}

/// The repository, over HTTP.
struct Repository {
    agent: ureq::Agent,
    url: String,
}

impl Source for Repository {
    type Error = String;

    fn metadata(&mut self, name: &str, limit: usize) -> Result<Fetched, String> {
        fetch(&self.agent, &joined(&self.url, name), limit)
    }
}

/// For one request, to its last byte.
const TIMEOUT: Duration = Duration::from_secs(60);

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(TIMEOUT)).build().into()
}

fn joined(base: &str, path: &str) -> String {
    format!("{}/{path}", base.trim_end_matches('/'))
}

fn fetch(agent: &ureq::Agent, url: &str, limit: usize) -> Result<Fetched, String> {
    let mut response = agent.get(url).call().map_err(|error| format!("{url}: {error}"))?;
    match response.status().as_u16() {
        200 => {}
        403 | 404 => return Ok(Fetched::Missing),
        status => return Err(format!("{url}: HTTP status {status}")),
    }
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match response.body_mut().with_config().limit(most).read_to_vec() {
        Ok(bytes) if bytes.len() <= limit => Ok(Fetched::Bytes(bytes)),
        Ok(_) | Err(ureq::Error::BodyExceedsLimit(_)) => Ok(Fetched::TooLarge),
        Err(error) => Err(format!("{url}: {error}")),
    }
}

/// The client's own copies, in a folder.
struct Folder(PathBuf);

impl Store for Folder {
    type Error = String;

    fn load(&mut self, role: &str) -> Result<Option<Vec<u8>>, String> {
        let path = self.0.join(format!("{}.json", file_stem(role)));
        files::read_if_there(&path, tuf_ceremony::tuf::METADATA_LIMIT).map_err(|error| error.to_string())
    }

    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), String> {
        files::folder(&self.0)
            .and_then(|()| files::replace(&self.0.join(format!("{}.json", file_stem(role))), bytes))
            .map_err(|error| error.to_string())
    }

    fn forget(&mut self, role: &str) -> Result<(), String> {
        files::remove_if_there(&self.0.join(format!("{}.json", file_stem(role))))
            .map_err(|error| error.to_string())
    }
}
