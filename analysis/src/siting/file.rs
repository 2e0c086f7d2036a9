//! The pitch file: what a prospect asks for. RON, every complaint with its line.

use serde::{Deserialize, Serialize};

use super::error::PitchError;
use super::want::Want;
use crate::scenario::{Limits, element_lines};

/// Parcels that may be joined into one site, at most.
pub const MOST_JOINED: u32 = 4;

/// A pitch as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PitchFile {
    /// `1`.
    format_version: u32,
    /// Name, shown wherever the pitch is.
    pub name: String,
    /// Short name of the park that it is for; any park if empty.
    #[serde(default)]
    pub park: String,
    /// Who asks.
    #[serde(default)]
    pub prospect: String,
    /// Whom the prospect can ask: printed on the brief.
    #[serde(default)]
    pub contact: String,
    /// What a reader should know.
    #[serde(default)]
    pub note: String,
    /// What is looked at: land, buildings, or both.
    #[serde(default)]
    pub offers: Offers,
    /// Adjacent parcels that may be joined into one site, at most; 1 to 4.
    #[serde(default = "one")]
    pub join: u32,
    /// Limits that a new building on the land must keep; what may be built is unknown without.
    #[serde(default)]
    pub limits: Option<Limits>,
    /// What is asked for.
    pub needs: Vec<Need>,
    /// Line of each need.
    #[serde(skip)]
    pub(super) lines: Vec<usize>,
}

const fn one() -> u32 {
    1
}

/// A figure with a comma between its thousands, as in `25,000`: RON takes what follows the comma for the next field, and complains of
/// that. Comments and what stands in quotes are no figures.
fn parted_thousands(line: &str) -> Option<&str> {
    let is_figure = |word: &&str| {
        let mut parts = word.split(',');
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let first = parts.next().is_some_and(|part| digits(part) && part.len() <= 3);
        let mut rest = parts.peekable();
        first && rest.peek().is_some() && rest.all(|part| digits(part) && part.len() == 3)
    };
    let code = line.split("//").next()?;
    let bare = code.split('"').step_by(2);
    bare.flat_map(|part| part.split(|c: char| !(c.is_ascii_digit() || c == ',')))
        .map(|word| word.trim_end_matches(','))
        .find(is_figure)
}

/// What is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offers {
    /// Vacant parcels, and neighbours among them joined.
    #[default]
    Land,
    /// Vacant floors.
    Buildings,
    /// Both.
    Both,
}

/// Something asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// What.
    pub want: Want,
    /// Whether the site falls without it.
    #[serde(default)]
    pub how: How,
    /// Whether a site may be offered of which this is not known.
    #[serde(default)]
    pub unknown: IfUnknown,
}

/// How much something is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The site falls without it.
    #[default]
    Must,
    /// The site is better with it, by this weight.
    Wish(f64),
}

/// What becomes of a site of which something is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfUnknown {
    /// It is not offered before somebody finds out.
    #[default]
    Refused,
    /// It is offered with the question open.
    Allowed,
}

impl PitchFile {
    /// A pitch from its text.
    ///
    /// # Errors
    /// [`PitchError`] with the line.
    pub fn parse(text: &str) -> Result<Self, PitchError> {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let mut file: Self = options.from_str(text).map_err(|source| {
            let line = source.span.start.line;
            match text.lines().nth(line.saturating_sub(1)).and_then(parted_thousands) {
                Some(figure) => PitchError::Thousands { line, figure: figure.to_owned() },
                None => PitchError::Unreadable { line, source: Box::new(source) },
            }
        })?;
        file.lines = element_lines(text, "needs");
        if file.format_version != 1 {
            let line = text.lines().position(|line| line.contains("format_version")).map_or(1, |at| at + 1);
            return Err(PitchError::FormatVersion { line, found: file.format_version });
        }
        file.check()?;
        Ok(file)
    }

    /// A pitch made otherwise.
    ///
    /// # Errors
    /// [`PitchError`] for needs that nothing can be held against.
    pub fn new(name: &str, needs: Vec<Need>) -> Result<Self, PitchError> {
        let file = Self {
            format_version: 1,
            name: name.to_owned(),
            park: String::new(),
            prospect: String::new(),
            contact: String::new(),
            note: String::new(),
            offers: Offers::default(),
            join: 1,
            limits: None,
            needs,
            lines: Vec::new(),
        };
        file.check()?;
        Ok(file)
    }

    /// The text of a file.
    ///
    /// # Errors
    /// [`ron::Error`] where a value cannot be written.
    pub fn to_text(&self) -> Result<String, ron::Error> {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        options.to_string_pretty(self, ron::ser::PrettyConfig::default())
    }

    /// Line of a need, from 1; 0 where it was not read from a file.
    pub fn line(&self, need: usize) -> usize {
        self.lines.get(need).copied().unwrap_or(0)
    }

    fn check(&self) -> Result<(), PitchError> {
        if self.needs.is_empty() {
            return Err(PitchError::NoNeeds);
        }
        if !(1..=MOST_JOINED).contains(&self.join) {
            let value = self.join.to_string();
            return Err(PitchError::Figure { what: "join", value, must: "from 1 to 4" });
        }
        if let Some(limits) = &self.limits {
            limits.check().map_err(|error| match error {
                crate::scenario::MassingError::Limit { limit, value, must } => {
                    PitchError::Figure { what: limit, value: value.to_string(), must }
                }
                other => PitchError::Figure { what: "limits", value: other.to_string(), must: "limits" },
            })?;
        }
        for (at, need) in self.needs.iter().enumerate() {
            let wrong =
                |(what, value, must)| PitchError::Need { line: self.line(at), number: at + 1, what, value, must };
            need.want.check().map_err(wrong)?;
            if let How::Wish(weight) = need.how
                && !(weight.is_finite() && weight > 0.0)
            {
                return Err(wrong(("the weight", weight.to_string(), "above 0")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"(
    format_version: 1,
    name: "A hall",
    // Two lines of needs.
    needs: [
        (want: land(at_least_m2: 30000)),
        (want: power(at_least_mw: 4, by: "2027-06-01"), how: wish(3), unknown: allowed),
    ],
)"#;

    #[test]
    fn what_is_written_is_read_and_mistakes_are_told_with_their_line() {
        let file = PitchFile::parse(TEXT).unwrap();
        assert_eq!((file.needs.len(), file.line(0), file.line(1)), (2, 6, 7));
        assert_eq!((file.needs[0].how, file.needs[0].unknown), (How::Must, IfUnknown::Refused));
        let again = PitchFile::parse(&file.to_text().unwrap()).unwrap();
        assert_eq!(PitchFile { lines: Vec::new(), ..again }, PitchFile { lines: Vec::new(), ..file });
        let complaint = |from: &str, to: &str| PitchFile::parse(&TEXT.replace(from, to)).unwrap_err().to_string();
        assert!(complaint("format_version: 1", "format_version: 2").starts_with("line 2:"));
        assert!(complaint("30000", "-1").starts_with("line 6: need 1"), "{}", complaint("30000", "-1"));
        assert!(complaint("wish(3)", "wish(0)").starts_with("line 7: need 2"));
        assert!(complaint("land(at_least_m2", "lend(at_least_m2").starts_with("line 6:"));
        assert!(complaint("name: \"A hall\",", "name: \"A hall\", join: 9,").contains("join is 9"));
        assert!(matches!(PitchFile::new("nothing", Vec::new()), Err(PitchError::NoNeeds)));
        let thousands = complaint("30000", "30,000");
        assert_eq!(thousands, "line 6: a figure has no signs between its thousands: 30000 is written, not 30,000");
    }

    #[test]
    fn a_day_that_is_none_is_told_with_how_days_are_written() {
        for wrong in ["June 2027", "2027-06-31", "1.6.2027"] {
            let error = PitchFile::parse(&TEXT.replace("2027-06-01", wrong)).unwrap_err();
            let PitchError::Unreadable { line: 7, source } = &error else { panic!("{wrong}: {error}") };
            let told = source.to_string();
            assert!(told.contains(wrong) && told.contains("is written as \"2027-06-01\""), "{told}");
        }
    }

    #[test]
    fn a_comma_in_a_figure_is_told_from_one_between_fields() {
        assert_eq!(parted_thousands("(want: land(at_least_m2: 25,000)),"), Some("25,000"));
        assert_eq!(parted_thousands("height_m: 1,000,000, far: 1"), Some("1,000,000"));
        for bare in
            ["height_m: 24,storey: 9", "codes: [\"10\",\"160\"]", "name: \"1,200\", x", "x: 5 // 25,000 m²", "(1,20)"]
        {
            assert_eq!(parted_thousands(bare), None, "{bare}");
        }
    }
}
