//! The tests' statements, which stand beside the store's own in `spatial-db/sql/tests`.

/// A statement by its name, without its comment and its semicolon; `{names}` filled in with the words that follow.
macro_rules! sql {
    ($name:literal $(, $word:literal = $value:expr)*) => {{
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../spatial-db/sql/tests/", $name, ".sql"));
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("--")).collect();
        let statement = lines.join(" ").trim().trim_end_matches(';').to_owned();
        $(let statement = statement.replace(concat!("{", $word, "}"), $value);)*
        statement
    }};
}
