//! Codes before a camera: how long a picture takes, and how many codes it takes to carry a root.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "it fails by panicking, and reaches for files, programs and the clock directly"
)]

#[expect(dead_code, reason = "no program of it has to succeed")]
mod measure;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use measure::{Against, compare, line, program, time};
use png::{BitDepth, ColorType, Encoder};
use tuf_ceremony::qr::code::{Code, QUIET};
use tuf_ceremony::qr::collect::Collection;
use tuf_ceremony::qr::picture::Picture;
use tuf_ceremony::qr::sequence::Sequence;

/// The camera: 720p.
const WIDTH: usize = 1280;
const HEIGHT: usize = 720;

/// Pictures that are read in a round, each tilted in another way.
const PICTURES: u32 = 24;

/// The bytes of a root with some keys.
const ROOT: usize = 6000;

/// Codes with 89 modules a side: what `qr show` writes in files, and about what a large window has room for.
const VERSION: i16 = 18;

fn main() {
    if !measure::is_asked() {
        return;
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let root: Vec<u8> = (0..ROOT).map(|_| random.byte()).collect();
    let mut sequence = Sequence::new("1.root.json", &root, VERSION).unwrap();
    let folder = measure::folder();

    measure::title(&format!("a camera's picture of {WIDTH}x{HEIGHT}"));
    let shown: Vec<PathBuf> = (0..PICTURES)
        .map(|number| {
            let code = sequence.next_code().unwrap();
            // From twelve degrees to one side to twelve to the other: nobody holds a camera straight.
            let tilt = 0.4 * (f64::from(number) / f64::from(PICTURES - 1) - 0.5);
            write(&folder.path().join(format!("{number}.png")), &film(Some((&code, tilt)), &mut random))
        })
        .collect();
    let blank: Vec<PathBuf> = (0..PICTURES)
        .map(|number| write(&folder.path().join(format!("blank-{number}.png")), &film(None, &mut random)))
        .collect();
    picture("with a code, tilted by -12 to 12 degrees", &shown, true);
    picture("without a code", &blank, false);

    measure::title(&format!("{ROOT} bytes, a fifth of the codes lost"));
    fountain(&root, &mut random);
}

/// Compares how many of these pictures it takes to read a code, where they show any, and how long one of them takes.
fn picture(what: &str, pictures: &[PathBuf], shows: bool) {
    let each = |took: Duration| took / PICTURES;
    let mut read_here = 0;
    let ours = || each(time(|| read_here = pictures.iter().map(|path| read(path)).sum()));
    let is_there = program("zbarimg").arg("--version").output().is_ok();
    let mut read_there = 0;
    let zbar = || {
        let mut command = program("zbarimg");
        // For nothing but what ours looks for. Its start is spread over all pictures.
        command.args(["--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable"]).args(pictures);
        // It fails where a picture shows no code.
        each(time(|| read_there = command.output().unwrap().stdout.split(|byte| *byte == b'\n').count() - 1))
    };
    compare(what, ours, vec![Against::peer("zbarimg", is_there, zbar)]);
    if shows && is_there {
        let takes = |read: usize| f64::from(PICTURES) / read as f64;
        let (ours, theirs) = (takes(read_here), takes(read_there));
        line(
            "  such pictures for each code read",
            &format!("{ours:.2}"),
            &format!("{theirs:.2}"),
            ours / theirs,
            "zbarimg",
        );
    }
}

/// The codes in a picture, as `qr read` finds them.
fn read(path: &Path) -> usize {
    Picture::from_file("picture", &fs::read(path).unwrap()).unwrap().codes().unwrap().len()
}

/// What a camera sees of a screen: grey on grey, with grain, and the code turned about its middle, in radians.
fn film(shown: Option<(&Code, f64)>, random: &mut Random) -> Vec<u8> {
    const PIXELS: f64 = 5.5;
    let is_light = |at: usize| {
        let Some((code, tilt)) = shown else { return true };
        let (sin, cos) = tilt.sin_cos();
        let (x, y) = ((at % WIDTH) as f64 - WIDTH as f64 / 2.0, (at / WIDTH) as f64 - HEIGHT as f64 / 2.0);
        let middle = code.side as f64 / 2.0 + QUIET as f64;
        let module = |along: f64| (along / PIXELS + middle).floor();
        let (x, y) = (module(x * cos + y * sin), module(y * cos - x * sin));
        x < 0.0 || y < 0.0 || code.is_light(x as usize, y as usize, QUIET)
    };
    let mut shade = |at: usize| random.byte() / 8 + if is_light(at) { 190 } else { 40 };
    (0..WIDTH * HEIGHT).map(&mut shade).collect()
}

fn write(path: &Path, grey: &[u8]) -> PathBuf {
    let side = |pixels: usize| u32::try_from(pixels).unwrap();
    let mut encoder = Encoder::new(fs::File::create(path).unwrap(), side(WIDTH), side(HEIGHT));
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    encoder.write_header().unwrap().write_image_data(grey).unwrap();
    path.to_owned()
}

/// Compares how many codes a camera must be shown that misses every fifth by chance: the median of many times.
fn fountain(root: &[u8], random: &mut Random) {
    const TIMES: usize = 501;
    let fragments = Sequence::new("1.root.json", root, VERSION).unwrap().fragments();
    let (mut caught, mut shown, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let mut sequence = Sequence::new("1.root.json", root, VERSION).unwrap();
        let mut collection = Collection::default();
        let mut taken = 0;
        while !collection.is_done() {
            let text = sequence.next_text().unwrap();
            if !random.loses() {
                taken += 1;
                collection.take(text.as_bytes()).unwrap();
            }
        }
        assert_eq!(collection.artifact(0).unwrap().content, root);
        caught.push(taken);
        shown.push(sequence.number());
        repeated.push(carousel(fragments, random));
    }
    let [caught, shown, repeated] = [caught, shown, repeated].map(median);
    let say = |what, ours: usize, theirs: f64, against| {
        line(what, &ours.to_string(), &format!("{theirs:.1}"), ours as f64 / theirs, against);
    };
    say("codes caught until it is whole", caught, fragments as f64, "its fragments: no fewer can do");
    say("codes shown until it is whole", shown, fragments as f64 / 0.8, "the fragments, and a fifth lost");
    say("codes shown until it is whole", shown, repeated as f64, "the fragments shown round after round");
}

/// How many codes must be shown if each is a plain fragment, and they go round and round.
fn carousel(fragments: usize, random: &mut Random) -> usize {
    let mut has = vec![false; fragments];
    let mut shown = 0;
    while has.contains(&false) {
        let caught = !random.loses();
        has[shown % fragments] |= caught;
        shown += 1;
    }
    shown
}

fn median(mut numbers: Vec<usize>) -> usize {
    numbers.sort_unstable();
    numbers[numbers.len() / 2]
}

/// Numbers that look random and are the same every time (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }

    /// Once in five times.
    fn loses(&mut self) -> bool {
        (self.next() >> 11).is_multiple_of(5)
    }
}
