//! What a window really looks like: a real terminal emulator (tmux) shows the codes, its screen is made a picture, pixel by
//! pixel as a terminal draws cells, and this is read by zbar and by this program.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

use png::{BitDepth, ColorType, Encoder};

use crate::qr::{large, room, run_inside};
use crate::qr_judges::{is_here, zbar};
use crate::room::Room;

/// A window of tmux with the program in it.
struct Window {
    socket: String,
}

impl Window {
    fn open(room: &Room, columns: &str, rows: &str, arguments: &[&str]) -> Window {
        let socket = room.beside("tmux").to_str().unwrap().to_owned();
        let window = Window { socket };
        let program = room.command(arguments);
        let mut command = window.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", rows]);
        // No line for the state of tmux.
        command.arg("sh").arg("-c").arg("tmux -S \"$1\" set -g status off; shift; exec \"$@\"").arg("sh");
        command.arg(&window.socket).arg(program.get_program()).args(program.get_args());
        let output = command.env("TERM", "xterm-256color").output().unwrap();
        assert!(output.status.success(), "{output:?}");
        window
    }

    fn tmux(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-S", &self.socket]).args(arguments);
        command
    }

    /// What the window shows, with colours, once it shows another part than `last`.
    fn screen(&self, last: &str) -> (String, String) {
        let (begin, mut before, mut times) = (Instant::now(), String::new(), 0);
        while begin.elapsed() < Duration::from_secs(20) {
            let Output { stdout, .. } = self.tmux(&["capture-pane", "-p", "-e"]).output().unwrap();
            let screen = String::from_utf8(stdout).unwrap();
            let state = ["part ", "one code"].iter().find_map(|word| screen.find(word));
            let state =
                state.map(|at| screen[at..].split(['\n', '\u{1b}']).next().unwrap().trim().to_owned());
            // Several times the same: it is not caught while it is painted, on a busy machine either.
            times = if screen == before { times + 1 } else { 0 };
            if let Some(state) = state.filter(|state| state != last && times == 3) {
                return (screen, state);
            }
            before = screen;
            sleep(Duration::from_millis(8));
        }
        panic!("{last:?} stays");
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]).output();
    }
}

/// The grey of a colour of the 256, of those that are used.
fn grey(colour: &str) -> u8 {
    match colour {
        "231" => 255,
        "16" => 0,
        other => panic!("the colour {other}"),
    }
}

/// A screen as a picture: cells of so many by twice as many pixels, the window dark as terminals are. Letters are drawn as
/// bright boxes, which is worse for a reader than letters.
fn drawn(screen: &str, columns: usize, rows: usize, pixels: usize) -> Vec<u8> {
    let (width, height) = (columns * pixels, rows * 2 * pixels);
    let mut picture = vec![20_u8; width * height];
    let mut colours = (200, 20);
    for (row, line) in screen.lines().enumerate() {
        let mut column = 0;
        let mut rest = line.chars();
        while let Some(c) = rest.next() {
            if c == '\u{1b}' {
                assert_eq!(rest.next(), Some('['));
                let codes: String = rest.by_ref().take_while(|c| *c != 'm').collect();
                colours = coloured(colours, &codes);
                continue;
            }
            let (upper, lower) = match c {
                '\u{2580}' => colours,
                ' ' => (colours.1, colours.1),
                _ => (colours.0, colours.1),
            };
            for y in 0..2 * pixels {
                let shade = if y < pixels { upper } else { lower };
                picture[(row * 2 * pixels + y) * width + column * pixels..][..pixels].fill(shade);
            }
            column += 1;
        }
    }
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, u32::try_from(width).unwrap(), u32::try_from(height).unwrap());
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    encoder.write_header().unwrap().write_image_data(&picture).unwrap();
    png
}

/// Upper and lower colour after some codes.
fn coloured((upper, lower): (u8, u8), codes: &str) -> (u8, u8) {
    let mut colours = (upper, lower);
    let codes: Vec<&str> = codes.split(';').collect();
    let mut rest = codes.as_slice();
    loop {
        rest = match rest {
            ["38", "5", colour, rest @ ..] => {
                colours.0 = grey(colour);
                rest
            }
            ["48", "5", colour, rest @ ..] => {
                colours.1 = grey(colour);
                rest
            }
            ["" | "0", rest @ ..] => {
                colours = (200, 20);
                rest
            }
            ["39", rest @ ..] => {
                colours.0 = 200;
                rest
            }
            ["49", rest @ ..] => {
                colours.1 = 20;
                rest
            }
            [] => return colours,
            other => panic!("the code {other:?}"),
        };
    }
}

#[test]
fn a_root_crosses_from_a_window_of_80_by_24() {
    let test = "qr_window::a_root_crosses_from_a_window_of_80_by_24";
    if !is_here(test, "tmux") || !is_here(test, "zbarimg") {
        return;
    }
    let room = room();
    let path = room.path("large.json").to_str().unwrap().to_owned();
    let window = Window::open(&room, "80", "24", &["qr", "show", &path, "--rate", "8"]);
    let (mut last, mut seen) = (String::new(), BTreeSet::new());
    let needed = loop {
        let (screen, state) = window.screen(&last);
        let number: usize = state[5..].split(';').next().unwrap().parse().unwrap();
        let needed: usize = state.split(' ').nth(4).unwrap().parse().unwrap();
        last = state;
        // Every fifth is lost, and what the camera was too slow for.
        if number % 5 != 3 && seen.insert(number) {
            room.write(&format!("seen/{number}.png"), drawn(&screen, 80, 24, 4 + number % 5));
        }
        // With one more in four than it takes at least, it is there, but for very bad luck.
        if seen.len() >= needed * 5 / 4 + 8 {
            break needed;
        }
    };
    drop(window);
    run_inside(&room, &["qr", "read", "seen", "--out", "back"]).ok();
    assert_eq!(room.read("back"), large());
    // The independent reader finds the same parts, in every size of the letters.
    let pictures: Vec<String> = room.names("seen");
    for name in pictures.iter().take(10) {
        let part = String::from_utf8(zbar(&room.path(&format!("seen/{name}")))).unwrap();
        let (number, _) = name.split_once('.').unwrap();
        assert!(part.starts_with(&format!("UR:BYTES/{number}-{needed}/")), "{name}: {part}");
    }
}

#[test]
fn a_larger_window_shows_more() {
    let test = "qr_window::a_larger_window_shows_more";
    if !is_here(test, "tmux") || !is_here(test, "zbarimg") {
        return;
    }
    let room = room();
    let shown = |file: &str, columns: usize, rows: usize, options: &[&str]| {
        let path = room.path(file).to_str().unwrap().to_owned();
        let (wide, high) = (columns.to_string(), rows.to_string());
        let window = Window::open(&room, &wide, &high, &[&["qr", "show", &path], options].concat());
        let (screen, state) = window.screen("");
        drop(window);
        fs::write(room.path("screen.png"), drawn(&screen, columns, rows, 5)).unwrap();
        (screen, state)
    };
    // Beside the code is the caption, or below it where there is no room.
    for (columns, rows) in [(150, 45), (60, 40), (200, 60)] {
        let (screen, state) = shown("large.json", columns, rows, &[]);
        assert!(screen.contains("large.json"), "{screen}");
        let part = zbar(&room.path("screen.png"));
        assert!(part.starts_with(b"UR:BYTES/1-"), "{}", String::from_utf8_lossy(&part));
        let needed: usize = state.split(' ').nth(4).unwrap().parse().unwrap();
        assert!(needed < 30, "{state} in {columns} by {rows}");
        assert_eq!(run_inside(&room, &["qr", "read", "screen.png"]).code, 3);
    }
    // A response of a kilobyte is one code where it fits, and a phone shows its text.
    let response = &large()[..1000];
    room.write("response.json", response);
    let (_, state) = shown("response.json", 120, 58, &[]);
    assert_eq!(state, "one code");
    assert_eq!(zbar(&room.path("screen.png")), response.as_bytes());
    // Light on dark, for readers that want it.
    shown("hi", 80, 24, &["--invert"]);
    run_inside(&room, &["qr", "read", "screen.png", "--out", "back"]).ok();
    assert_eq!(room.read("back"), "hi\n");
}
