//! Tables: aligned by what the eye sees, and closed to escape sequences.

use tuf_ceremony::console::table::render;

fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| cell.to_string()).collect()).collect()
}

#[test]
fn columns_line_up_and_no_line_ends_in_blanks() {
    let text = render(
        &["key", "holder", "state"],
        &rows(&[
            &["ada-yubihsm", "Ada", "signed"],
            &["ben", "Benedikt", "missing: token not inserted"],
            &["c", "", ""],
        ]),
    );
    assert_eq!(
        text,
        "key          holder    state\n\
         ada-yubihsm  Ada       signed\n\
         ben          Benedikt  missing: token not inserted\n\
         c\n"
    );
}

#[test]
fn width_is_counted_in_terminal_cells() {
    let text = render(
        &["holder", "site"],
        &rows(&[&["王秀英", "北京"], &["Zoe\u{308}", "Wien"], &["José", "Lima"]]),
    );
    assert_eq!(text, "holder  site\n王秀英  北京\nZoe\u{308}     Wien\nJosé    Lima\n");
}

#[test]
fn what_a_device_says_cannot_leave_its_cell() {
    let text = render(&["label", "serial"], &rows(&[&["a\u{1b}[2Kb\nc", "7"], &["\u{202e}drac", "8"]]));
    let expected = ["label              serial", "a\\u{1b}[2Kb\\u{a}c  7", "\\u{202e}drac       8", ""];
    assert_eq!(text, expected.join("\n"));
}

#[test]
fn ragged_rows_and_empty_tables() {
    assert_eq!(render(&["a", "b"], &[]), "a  b\n");
    assert_eq!(render(&["a"], &rows(&[&["1", "22", "3"], &[]])), "a\n1  22  3\n\n");
    assert_eq!(render(&[], &[]), "\n");
}

#[test]
fn a_long_last_column_is_not_cut() {
    let long = "x".repeat(5_000);
    assert_eq!(render(&["n", "what"], &[vec!["1".into(), long.clone()]]), format!("n  what\n1  {long}\n"));
}
