//! A small ceremony, played by real processes that can be stopped: every stage can be copied, gone on with, and looked
//! at for what is whole.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jiff::{Timestamp, Unit};
use tempfile::TempDir;
use tuf_ceremony::ceremony::request::Request;
use tuf_ceremony::ceremony::transcript::Transcript;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::tlog::note::Note;
use tuf_ceremony::crypto::{PublicKey, Scheme, hex};
use tuf_ceremony::json::Json;
use tuf_ceremony::json::view::At;
use tuf_ceremony::media::sums::Sums;
use tuf_ceremony::tuf::envelope::{Envelope, Signature};
use tuf_ceremony::tuf::key::Key;

const LIMIT: usize = 1 << 20;
/// What a release of this ceremony consists of.
const RELEASED: [&str; 5] =
    ["1.root.json", "1.snapshot.json", "1.targets.json", "root.json", "timestamp.json"];
/// The PIN of every token here; rehearsal tokens have no other.
pub const PIN: &str = "rehearsal";
const PROGRAM: &str = env!("CARGO_BIN_EXE_tuf-ceremony");

/// One command of the ceremony, as words; `@root` stands for the beginning of the root payload's digest, and so on.
pub type Step = &'static [&'static str];

pub const PROVISION_ADA: Step = &["token", "provision", "--key", "ada", "--pin-fd", "0"];
pub const DRAFT: Step = &["draft"];
pub const FREEZE: Step = &["freeze"];
pub const SIGN_SEVERAL: Step = &["sign", "--key", "ada", "--confirm", "@root,@targets", "--pin-fd", "0"];
pub const SIGN_ONE: Step = &["sign", "--key", "ben", "--confirm", "@root", "--pin-fd", "0"];
pub const RELEASE: Step = &["release"];

/// The whole ceremony, with the exit code of each command. Ben leaves out one of his payloads at first, which is 3.
pub const STEPS: [(Step, i32); 11] = [
    (PROVISION_ADA, 0),
    (&["token", "provision", "--key", "ben", "--pin-fd", "0"], 0),
    (&["token", "provision", "--key", "cem", "--pin-fd", "0"], 0),
    (&["token", "provision", "--key", "online", "--pin-fd", "0"], 0),
    (DRAFT, 0),
    (FREEZE, 0),
    (SIGN_SEVERAL, 0),
    (SIGN_ONE, 3),
    (&["sign", "--key", "ben", "--confirm", "@targets", "--pin-fd", "0"], 0),
    (&["sign", "--key", "online", "--confirm", "@snapshot,@timestamp", "--pin-fd", "0"], 0),
    (RELEASE, 0),
];

/// A ceremony directory of its own, in a folder that goes away with it.
pub struct Place {
    folder: TempDir,
    /// Configuration files outside of the ceremony directory, by the variables that name them.
    pub environment: Vec<(String, String)>,
}

/// Text and exit code of a command that ended by itself.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    /// A directory with nothing but its `ceremony.toml`, whose keys are on rehearsal tokens.
    pub fn new() -> Place {
        let place = Place { folder: folder(), environment: Vec::new() };
        place.write_plan("{ kind = \"rehearsal\", serial = \"R1\" }");
        place
    }

    /// A directory like another one.
    pub fn like(directory: &Path) -> Place {
        let place = Place { folder: folder(), environment: Vec::new() };
        copy_tree(directory, &place.dir());
        place
    }

    /// Makes the directory, with a plan in which this is Ada's token.
    pub fn write_plan(&self, ada: &str) {
        fs::create_dir_all(self.dir()).unwrap();
        fs::write(self.dir().join("ceremony.toml"), plan(ada)).unwrap();
    }

    /// A directory in which everything before this command was done.
    pub fn before(step: Step) -> Place {
        let place = Place::new();
        for (one, code) in STEPS.iter().take_while(|(one, _)| *one != step) {
            place.expect(one, *code);
        }
        place
    }

    /// The ceremony directory; it need not exist.
    pub fn dir(&self) -> PathBuf {
        self.folder.path().join("ceremony")
    }

    /// The folder that the ceremony directory is in.
    pub fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// The same once more, elsewhere; configuration that names the place is changed with it.
    pub fn copy(&self) -> Place {
        self.copy_to(folder())
    }

    /// The same once more, below a folder that is there.
    pub fn copy_below(&self, outside: &Path) -> Place {
        self.copy_to(tempfile::tempdir_in(outside).unwrap())
    }

    fn copy_to(&self, folder: TempDir) -> Place {
        copy_tree(self.outside(), folder.path());
        let (old, new) = (self.outside().to_str().unwrap(), folder.path().to_str().unwrap());
        for (_, file) in &self.environment {
            let file = file.replace(old, new);
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, text.replace(old, new)).unwrap();
        }
        let moved = |(name, file): &(String, String)| (name.clone(), file.replace(old, new));
        Place { environment: self.environment.iter().map(moved).collect(), folder }
    }

    /// The program with its arguments, perhaps under another one (`strace …`).
    pub fn command(&self, under: &[String], step: &[&str]) -> Command {
        let mut words: Vec<String> = under.to_vec();
        words.extend([PROGRAM.to_owned(), "-C".to_owned(), self.dir().to_string_lossy().into_owned()]);
        words.extend(step.iter().map(|word| self.with_digests(word)));
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).envs(self.environment.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end, or to its death.
    pub fn run(&self, under: &[String], step: &[&str]) -> Output {
        let mut child = self.command(under, step).spawn().unwrap();
        // It may have died before it read the PIN.
        let _ = child.stdin.take().unwrap().write_all(format!("{PIN}\n").as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs a command that is to end by itself.
    pub fn end(&self, step: &[&str]) -> Ended {
        ended(&self.run(&[], step))
    }

    /// Runs a command that is to end with this exit code.
    pub fn expect(&self, step: &[&str], code: i32) -> Ended {
        let ended = self.end(step);
        assert_eq!(ended.code, code, "{step:?}: {}{}", ended.out, ended.err);
        ended
    }

    fn with_digests(&self, word: &str) -> String {
        if !word.contains('@') {
            return word.to_owned();
        }
        let index = json(&self.dir().join("payloads/index.json"));
        let mut word = word.to_owned();
        for (role, versions) in index.as_object().unwrap() {
            let digest = versions.get("1").and_then(Json::as_str).unwrap();
            word = word.replace(&format!("@{role}"), &digest[..12]);
        }
        word
    }

    /// Goes on to the release, from a directory in which `step` was begun; looks at everything on the way.
    pub fn go_on(&self, step: Step, look_first: bool) {
        if look_first {
            let status = self.end(&["status"]);
            assert!([0, 3].contains(&status.code), "status: {}{}", status.out, status.err);
        }
        for (one, code) in STEPS.iter().skip_while(|(one, _)| *one != step) {
            let ended = self.end(one);
            // A key that came in whole before the process died is not made twice, and the program says so.
            let made = ended.code == 4 && *one == step && ended.err.contains("is already here");
            assert!(made || ended.code == *code, "{one:?}: {}{}", ended.out, ended.err);
        }
        self.check_released();
    }

    /// The release is there, clients accept it, and the record names every lasting file.
    pub fn check_released(&self) {
        let (metadata, root) = (self.dir().join("metadata"), self.dir().join("metadata/1.root.json"));
        let verified =
            self.expect(&["verify", metadata.to_str().unwrap(), "--trusted", root.to_str().unwrap()], 0);
        assert!(verified.out.contains("ACCEPTED"), "{}", verified.out);
        self.check_whole();
        self.check_recorded(&self.files());
        let unfinished: Vec<_> =
            all_files(&self.dir()).into_iter().filter(|(name, _)| is_partial(name)).collect();
        assert!(unfinished.is_empty(), "{unfinished:?}");
    }

    /// The record names these files with these bytes.
    pub fn check_recorded(&self, files: &BTreeMap<String, Vec<u8>>) {
        let transcript = Transcript::load(&self.dir().join("transcript.jsonl"), "").unwrap();
        let known = transcript.artifacts();
        for (name, bytes) in files.iter().filter(|(name, _)| is_lasting(name)) {
            let digest = Sha256Digest::of(bytes).to_hex();
            assert!(
                known.get(name.as_str()).is_some_and(|all| all.iter().any(|(_, sha256)| *sha256 == digest)),
                "{name}"
            );
        }
    }

    /// Every file that anything reads, by its name in the ceremony directory.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        all_files(&self.dir()).into_iter().filter(|(name, _)| !is_partial(name)).collect()
    }

    /// No name holds half a file: whatever does not begin with a dot is what its name says.
    pub fn check_whole(&self) {
        let files = self.files();
        for (name, bytes) in &files {
            let parts: Vec<&str> = name.split('/').collect();
            match parts[..] {
                ["ceremony.toml"] => assert!(bytes.ends_with(b"\"7 days\"\n"), "{name}"),
                ["transcript.jsonl"] => drop(Transcript::load(&self.dir().join(name), "").unwrap()),
                ["keys", _, "public.pem"] => drop(public_key(bytes)),
                ["keys", _, "key.json"] => drop(key_object(bytes)),
                ["payloads", "index.json"] => {
                    let index = Json::parse(bytes, LIMIT).unwrap();
                    for digest in
                        index.as_object().unwrap().values().map(|one| one.get("1").unwrap().as_str().unwrap())
                    {
                        assert!(files.contains_key(&format!("payloads/{digest}.canonical")), "{digest}");
                        assert!(files.contains_key(&format!("payloads/{digest}.json")), "{digest}");
                    }
                }
                ["payloads", file] if file.ends_with(".void.json") => {
                    let said = Json::parse(bytes, LIMIT).unwrap();
                    assert_eq!(said.get("payload").and_then(Json::as_str), file.split('.').next(), "{name}");
                }
                ["requests", _] => drop(Request::read(name, bytes).unwrap()),
                ["transcripts", file] => {
                    Transcript::carried(bytes).unwrap();
                    assert_eq!(format!("{}.jsonl", Sha256Digest::of(bytes)), file);
                }
                ["payloads", file] => {
                    let (digest, ending) = file.split_once('.').unwrap();
                    let found = match ending {
                        "canonical" => Sha256Digest::of(bytes),
                        "json" => Envelope::parse(bytes, LIMIT).unwrap().digest(),
                        _ => panic!("{name}"),
                    };
                    assert_eq!(found.to_hex(), digest, "{name}");
                }
                ["signatures", digest, file] => {
                    let payload = &files[&format!("payloads/{digest}.canonical")];
                    check_signature(&files, file.strip_suffix(".json").unwrap(), payload, bytes);
                }
                ["checkpoint"] => drop(Note::parse(std::str::from_utf8(bytes).unwrap()).unwrap()),
                ["SHA256SUMS"] => drop(Sums::parse(bytes).unwrap()),
                ["VERIFY.md"] => assert!(bytes.starts_with(b"# How to check"), "{name}"),
                ["drafts", _] | ["metadata", _] => drop(Envelope::parse(bytes, LIMIT).unwrap()),
                _ => panic!("what is {name}?"),
            }
        }
        let released: Vec<&str> = files.keys().filter_map(|name| name.strip_prefix("metadata/")).collect();
        assert!(released.is_empty() || released == RELEASED, "{released:?}");
        assert_eq!(self.dir().join("metadata").exists(), !released.is_empty());
    }
}

/// A plan for three people, two of whom can sign. Ada's token is given.
fn plan(ada: &str) -> String {
    let planned = Timestamp::now().round(Unit::Second).unwrap();
    let holder = |name: &str, scheme: &str, token: &str| {
        format!(
            "[holder.{name}]\nname = \"{name}\"\n[key.{name}]\nholder = \"{name}\"\nscheme = \"{scheme}\"\ntoken = {token}\n"
        )
    };
    let role = |name: &str, keys: &str, threshold: u8, expires: &str| {
        format!("[role.{name}]\nkeys = [{keys}]\nthreshold = {threshold}\nexpires = \"{expires}\"\n")
    };
    let people = "\"ada\", \"ben\", \"cem\"";
    [
        format!(
            "[ceremony]\nid = \"kill-1\"\nrepository = \"packages.example.org\"\nscript = \"genesis\"\n\
             planned = {planned}\nchange = \"genesis\"\nrehearsal = true\n"
        ),
        holder("ada", "ecdsa-sha2-nistp256", ada),
        holder("ben", "ecdsa-sha2-nistp384", "{ kind = \"rehearsal\", serial = \"R2\" }"),
        holder("cem", "ed25519", "{ kind = \"rehearsal\", serial = \"R3\" }"),
        "[key.online]\nscheme = \"ed25519\"\ntoken = { kind = \"rehearsal\", serial = \"R9\" }\n".to_owned(),
        role("root", people, 2, "1 year"),
        role("targets", people, 2, "1 year"),
        role("snapshot", "\"online\"", 1, "30 days"),
        role("timestamp", "\"online\"", 1, "7 days"),
    ]
    .concat()
}

/// What a command that ended by itself left.
pub fn ended(output: &Output) -> Ended {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    let code = output.status.code().unwrap_or_else(|| panic!("{}: {out}{err}", output.status));
    Ended { code, out, err }
}

/// In memory where the machine has such a folder: these tests sync thousands of files.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

fn json(file: &Path) -> Json {
    Json::parse(&fs::read(file).unwrap(), LIMIT).unwrap()
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every file below a folder, by its name there.
pub fn all_files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            files.extend(
                all_files(&entry.path()).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)),
            );
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    files
}

fn is_partial(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.'))
}

fn is_lasting(name: &str) -> bool {
    let lasting = ["keys/", "payloads/", "signatures/", "metadata/", "requests/", "transcripts/"];
    lasting.iter().any(|folder| name.starts_with(folder)) && name != "payloads/index.json"
}

fn public_key(bytes: &[u8]) -> PublicKey {
    PublicKey::from_spki_pem(std::str::from_utf8(bytes).unwrap()).unwrap()
}

fn key_object(bytes: &[u8]) -> Key {
    let tree = Json::parse(bytes, LIMIT).unwrap();
    Key::read("", &At::new(&tree, "key")).unwrap()
}

fn check_signature(files: &BTreeMap<String, Vec<u8>>, keyid: &str, payload: &[u8], bytes: &[u8]) {
    let tree = Json::parse(bytes, LIMIT).unwrap();
    let signature = Signature::read(&At::new(&tree, "signature")).unwrap();
    assert_eq!(signature.keyid, keyid);
    let objects = files.iter().filter(|(name, _)| name.ends_with("/key.json"));
    let (name, key) = objects
        .map(|(name, bytes)| (name, key_object(bytes)))
        .find(|(_, key)| key.computed_keyid() == keyid)
        .unwrap();
    let public = public_key(&files[&name.replace("key.json", "public.pem")]);
    public
        .verify(Scheme::from_name(&key.scheme).unwrap(), payload, &hex::decode(&signature.sig).unwrap())
        .unwrap();
}
