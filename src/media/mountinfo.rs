//! `/proc/self/mountinfo`: what is mounted where (proc(5)).

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The number of the mount.
    pub id: u64,
    /// The folder of the file system that is mounted there: `/`, unless only a part of it is.
    pub root: String,
    /// The number of the device.
    pub number: (u32, u32),
    /// The mount point.
    pub at: String,
    /// Options of the mount, as they are written.
    pub options: String,
    /// The file system, as the kernel calls it.
    pub system: String,
    /// Where it is mounted from, e.g. `/dev/sdb1`.
    pub source: String,
    /// Options of the file system, as they are written.
    pub of_system: String,
}

impl Mount {
    /// Whether nothing can be written there.
    pub fn is_read_only(&self) -> bool {
        [&self.options, &self.of_system].iter().any(|all| all.split(',').any(|option| option == "ro"))
    }
}

/// All mounts, in their order; lines that cannot be read are passed over.
pub fn parse(text: &[u8]) -> Vec<Mount> {
    String::from_utf8_lossy(text).lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<Mount> {
    let (before, after) = line.split_once(" - ")?;
    let mut before = before.split(' ');
    let id = before.next()?.parse().ok()?;
    let (major, minor) = before.nth(1)?.split_once(':')?;
    let (root, at, options) = (before.next()?, before.next()?, before.next()?);
    let mut after = after.split(' ');
    let (system, source, of_system) = (after.next()?, after.next()?, after.next()?);
    Some(Mount {
        id,
        root: plain(root),
        number: (major.parse().ok()?, minor.parse().ok()?),
        at: plain(at),
        options: options.to_owned(),
        system: system.to_owned(),
        source: plain(source),
        of_system: of_system.to_owned(),
    })
}

/// A field without its escapes: `\040` is a blank.
fn plain(field: &str) -> String {
    let mut out = Vec::new();
    let mut rest = field.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let escaped = (*first == b'\\').then(|| others.get(..3)).flatten().and_then(octal);
        out.push(escaped.unwrap_or(*first));
        rest = others.get(if escaped.is_some() { 3 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn octal(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}
