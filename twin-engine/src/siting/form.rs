//! A pitch written in a form. What is typed becomes the text of a pitch file, and whoever reads such files has the last word: the form
//! takes nothing that a file does not.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use analysis::siting::{PitchFile, Thing, Utility};
use analysis::words::Words;
use spatial_db::whole;

use super::ENDING;
use crate::causes;

/// How a field is typed, and what it becomes in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// A number.
    Figure,
    /// A day, written as 2027-06-01.
    Day,
    /// Words.
    Text,
    /// Words with commas between them.
    List,
    /// One of [`things`].
    Thing,
    /// One of [`utilities`].
    Utility,
}

/// A field of a need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// As the file calls it.
    name: &'static str,
    /// Id of the words beside it.
    pub title: &'static str,
    /// How it is typed.
    pub holds: Holds,
    /// It may stay empty, and is left out then.
    pub optional: bool,
}

/// Something that can be asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// As the file calls it.
    name: &'static str,
    /// Id of what it is called.
    pub title: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

const fn field(name: &'static str, title: &'static str, holds: Holds) -> Field {
    Field { name, title, holds, optional: false }
}

const fn optional(name: &'static str, title: &'static str, holds: Holds) -> Field {
    Field { optional: true, ..field(name, title, holds) }
}

const BY: Field = field("by", "form-by", Holds::Day);
const NEAR: Field = field("at_most_m", "form-at-most-m", Holds::Figure);
const WITHIN: Field = field("within_m", "form-within-m", Holds::Figure);
const COUNT: Field = field("at_least", "form-at-least", Holds::Figure);
const METRES: Field = field("at_least_m", "form-at-least-m", Holds::Figure);
const AREA: Field = field("at_least_m2", "form-at-least-m2", Holds::Figure);
const POWER: Field = field("at_least_mw", "form-at-least-mw", Holds::Figure);
const DAILY: Field = field("at_least_m3_d", "form-at-least-m3-d", Holds::Figure);
const WHAT: Field = field("what", "form-what", Holds::Thing);
/// Belongs to what it is to be near to or away from, and to none but sources of danger.
const SUBSTANCE: Field = optional("substance", "form-substance", Holds::Text);

/// All that can be asked for, as it is asked for.
pub(crate) const KINDS: [Kind; 23] = [
    Kind { name: "land", title: "form-land", fields: &[AREA] },
    Kind { name: "floor", title: "form-floor", fields: &[AREA] },
    Kind {
        name: "hall",
        title: "form-hall",
        fields: &[
            field("length_m", "form-length-m", Holds::Figure),
            field("width_m", "form-width-m", Holds::Figure),
            field("height_m", "form-height-m", Holds::Figure),
            optional("yard_m", "form-yard-m", Holds::Figure),
        ],
    },
    Kind { name: "turning", title: "form-turning", fields: &[optional("radius_m", "form-radius-m", Holds::Figure)] },
    Kind { name: "clear_height", title: "form-clear-height", fields: &[METRES] },
    Kind {
        name: "floor_load",
        title: "form-floor-load",
        fields: &[field("at_least_kn_m2", "form-at-least-kn-m2", Holds::Figure)],
    },
    Kind { name: "power", title: "form-power", fields: &[POWER, BY] },
    Kind { name: "gas", title: "form-gas", fields: &[field("at_least_m3_h", "form-at-least-m3-h", Holds::Figure), BY] },
    Kind { name: "water", title: "form-water", fields: &[DAILY, BY] },
    Kind { name: "sewage", title: "form-sewage", fields: &[DAILY, BY] },
    Kind { name: "heat", title: "form-heat", fields: &[POWER, BY] },
    Kind {
        name: "telecom",
        title: "form-telecom",
        fields: &[field("at_least_routes", "form-at-least", Holds::Figure), BY],
    },
    Kind { name: "access", title: "form-access", fields: &[field("to", "form-to", Holds::Utility), NEAR] },
    Kind {
        name: "road",
        title: "form-road",
        fields: &[
            field("classes", "form-classes", Holds::List),
            NEAR,
            optional("width_m", "form-road-width-m", Holds::Figure),
        ],
    },
    Kind { name: "near", title: "form-near", fields: &[WHAT, SUBSTANCE, NEAR] },
    Kind { name: "away", title: "form-away", fields: &[WHAT, SUBSTANCE, METRES] },
    Kind {
        name: "zoning",
        title: "form-zoning",
        fields: &[field("scheme", "form-scheme", Holds::Text), field("codes", "form-codes", Holds::List)],
    },
    Kind { name: "industry", title: "form-industry", fields: &[field("code", "form-industry-code", Holds::Text)] },
    Kind {
        name: "neighbours",
        title: "form-neighbours",
        fields: &[field("industries", "form-industries", Holds::List), WITHIN, COUNT],
    },
    Kind { name: "jobs", title: "form-jobs", fields: &[COUNT, WITHIN] },
    Kind { name: "free", title: "form-free", fields: &[BY] },
    Kind {
        name: "price",
        title: "form-price",
        fields: &[
            field("at_most_per_m2", "form-at-most-per-m2", Holds::Figure),
            field("currency", "form-currency", Holds::Text),
        ],
    },
    Kind { name: "term", title: "form-term", fields: &[field("at_least_years", "form-at-least-years", Holds::Figure)] },
];

/// Limits that a new building on the land must keep.
pub(crate) const LIMITS: [Field; 6] = [
    optional("setback_m", "form-setback-m", Holds::Figure),
    optional("spacing_m", "form-spacing-m", Holds::Figure),
    optional("far", "form-far", Holds::Figure),
    optional("coverage", "form-coverage", Holds::Figure),
    field("height_m", "form-most-height-m", Holds::Figure),
    field("storey_height_m", "form-storey-height-m", Holds::Figure),
];

/// What is looked at, as the file calls it, with the ids of its words.
pub(crate) const OFFERS: [(&str, &str); 3] =
    [("land", "form-offers-land"), ("buildings", "form-offers-buildings"), ("both", "form-offers-both")];

/// What a site can be near to or away from, as the file calls it.
pub(crate) fn things() -> [(&'static str, Thing); 7] {
    [
        ("gate", Thing::Gate),
        ("fire_station", Thing::FireStation),
        ("hospital", Thing::Hospital),
        ("hydrant", Thing::Hydrant),
        (HAZARD, Thing::Hazard { substance: String::new() }),
        ("open_water", Thing::OpenWater),
        ("rail", Thing::Rail),
    ]
}

const HAZARD: &str = "hazard";

/// Utilities, as the file calls them.
pub(crate) const fn utilities() -> [(&'static str, Utility); 6] {
    [
        ("power", Utility::Power),
        ("gas", Utility::Gas),
        ("water", Utility::Water),
        ("sewage", Utility::Sewage),
        ("telecom", Utility::Telecom),
        ("heat", Utility::Heat),
    ]
}

/// A need as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NeedDraft {
    /// Which of [`KINDS`].
    pub kind: usize,
    /// By its fields.
    pub values: Vec<String>,
    /// A wish rather than a must, and its weight.
    pub is_wish: bool,
    pub weight: String,
    /// A site may be offered of which this is not known.
    pub may_be_unknown: bool,
}

impl NeedDraft {
    /// A need with nothing typed yet.
    pub(crate) fn of(kind: usize) -> Self {
        let first = |field: &Field| match field.holds {
            Holds::Thing => things()[0].0.to_owned(),
            Holds::Utility => utilities()[0].0.to_owned(),
            _ => String::new(),
        };
        Self {
            kind,
            values: KINDS[kind].fields.iter().map(first).collect(),
            is_wish: false,
            weight: "1".to_owned(),
            may_be_unknown: false,
        }
    }

    /// Whether a field is to be filled in: a substance only of what is dangerous.
    pub(crate) fn asks(&self, field: usize) -> bool {
        let fields = KINDS[self.kind].fields;
        fields[field].name != SUBSTANCE.name || self.values.iter().any(|value| value == HAZARD)
    }
}

/// Why what is typed is no pitch yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A field is empty or no figure: the need's number, from 1, 0 for what stands above the needs; and the id of the field's words.
    Field(usize, &'static str),
    /// What the reader of files says of it.
    Reader(Words),
    /// A file of that name is there, and was not written in this form.
    There(PathBuf),
    /// The file cannot be written.
    Unwritten(PathBuf, Words),
}

/// A pitch as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub name: String,
    pub prospect: String,
    pub contact: String,
    pub note: String,
    /// Which of [`OFFERS`].
    pub offers: usize,
    /// Parcels that may be joined, at most.
    pub join: u32,
    /// By [`LIMITS`]; none where all are empty.
    pub limits: [String; LIMITS.len()],
    pub needs: Vec<NeedDraft>,
    /// The file that this form wrote.
    written: Option<PathBuf>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            name: String::new(),
            prospect: String::new(),
            contact: String::new(),
            note: String::new(),
            offers: 0,
            join: 1,
            limits: <[String; LIMITS.len()]>::default(),
            needs: vec![NeedDraft::of(0)],
            written: None,
        }
    }
}

impl Draft {
    /// The text of the file, for a park.
    ///
    /// # Errors
    /// [`Refused::Field`] for the first that is empty or no figure, [`Refused::Reader`] for what a file may not say.
    pub(crate) fn text(&self, park: &str) -> Result<String, Refused> {
        if self.name.trim().is_empty() {
            return Err(Refused::Field(0, "form-name"));
        }
        let mut text = "(\n    format_version: 1,\n".to_owned();
        let words =
            [("name", &self.name), ("prospect", &self.prospect), ("contact", &self.contact), ("note", &self.note)];
        for (field, said) in words.into_iter().filter(|(_, said)| !said.trim().is_empty()) {
            let _ = writeln!(text, "    {field}: {},", quoted(said));
        }
        let offers = OFFERS[self.offers].0;
        let _ = writeln!(text, "    park: {},\n    offers: {offers},\n    join: {},", quoted(park), self.join);
        if self.limits.iter().any(|limit| !limit.trim().is_empty()) {
            let limits = filled(0, &LIMITS, &self.limits, |_| true)?;
            let _ = writeln!(text, "    limits: ({limits}),");
        }
        text.push_str("    needs: [\n");
        for (at, need) in self.needs.iter().enumerate() {
            let kind = KINDS[need.kind];
            let fields = filled(at + 1, kind.fields, &need.values, |field| need.asks(field))?;
            let _ = write!(text, "        (want: {}({fields})", kind.name);
            if need.is_wish {
                let weight = figure(&need.weight).ok_or(Refused::Field(at + 1, "form-weight"))?;
                let _ = write!(text, ", how: wish({weight})");
            }
            text.push_str(if need.may_be_unknown { ", unknown: allowed),\n" } else { "),\n" });
        }
        text.push_str("    ],\n)\n");
        PitchFile::parse(&text).map_err(|error| Refused::Reader(causes::in_words(&error)))?;
        Ok(text)
    }

    /// Writes the file into a folder, by the pitch's name. A file that this form did not write stays.
    ///
    /// # Errors
    /// [`Refused`].
    pub(crate) fn save(&mut self, folder: &Path, park: &str) -> Result<PathBuf, Refused> {
        let text = self.text(park)?;
        let path = folder.join(format!("{}{ENDING}", file_name(&self.name)));
        let own = self.written.as_ref() == Some(&path);
        let put = if own { whole::write } else { whole::write_new };
        match put(&path, text.as_bytes()) {
            Ok(()) => {
                self.written = Some(path.clone());
                Ok(path)
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(Refused::There(path)),
            Err(error) => Err(Refused::Unwritten(path, causes::at_the_bottom(&error))),
        }
    }
}

/// Fields as the file has them; `asks` is false for those that are not asked for.
fn filled(need: usize, fields: &[Field], values: &[String], asks: impl Fn(usize) -> bool) -> Result<String, Refused> {
    let mut out = Vec::new();
    for (at, (field, typed)) in fields.iter().zip(values).enumerate() {
        let typed = typed.trim();
        // A substance stands within what it is of.
        if field.name == SUBSTANCE.name || !asks(at) || (field.optional && typed.is_empty()) {
            continue;
        }
        let written = match field.holds {
            _ if typed.is_empty() => None,
            Holds::Figure => figure(typed),
            Holds::Day | Holds::Text => Some(quoted(typed)),
            Holds::Thing if typed == HAZARD => {
                let named = fields.iter().zip(values).find(|(field, _)| field.name == SUBSTANCE.name);
                Some(format!("{HAZARD}(substance: {})", quoted(named.map_or("", |(_, substance)| substance.as_str()))))
            }
            Holds::Utility | Holds::Thing => Some(typed.to_owned()),
            Holds::List => {
                let words: Vec<String> =
                    typed.split([',', '，', '、']).map(str::trim).filter(|word| !word.is_empty()).map(quoted).collect();
                (!words.is_empty()).then(|| format!("[{}]", words.join(", ")))
            }
        };
        let written = written.ok_or(Refused::Field(need, field.title))?;
        out.push(format!("{}: {written}", field.name));
    }
    Ok(out.join(", "))
}

/// A figure as the file has it; `None` for what is none.
fn figure(typed: &str) -> Option<String> {
    let figure = typed.trim().parse::<f64>().ok().filter(|figure| figure.is_finite())?;
    Some(figure.to_string())
}

/// Words as the file has them.
fn quoted(said: &str) -> String {
    ron::to_string(said.trim()).unwrap_or_default()
}

/// A name as a file can be called.
fn file_name(name: &str) -> String {
    let letters = name.trim().chars().map(|c| if c.is_alphanumeric() { c } else { '-' });
    let plain = letters.flat_map(char::to_lowercase).collect::<String>();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "pitch".to_owned() } else { parts.join("-") }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use analysis::siting::{How, IfUnknown, Want};

    use super::*;

    fn typed(kind: &str, values: &[&str]) -> NeedDraft {
        let kind = KINDS.iter().position(|known| known.name == kind).unwrap();
        NeedDraft { values: values.iter().map(|value| (*value).to_owned()).collect(), ..NeedDraft::of(kind) }
    }

    #[test]
    fn every_kind_of_need_can_be_typed_and_is_read_as_a_file() {
        for (at, kind) in KINDS.iter().enumerate() {
            let value = |field: &Field| match (field.holds, field.name) {
                (Holds::Day, _) => "2027-06-01".to_owned(),
                (Holds::Figure, "length_m") => "60".to_owned(),
                (Holds::Figure, _) => "20".to_owned(),
                (Holds::Thing, _) => HAZARD.to_owned(),
                (Holds::Utility, _) => "water".to_owned(),
                (Holds::List, _) => "59, 60".to_owned(),
                (Holds::Text, _) => "26".to_owned(),
            };
            let need = NeedDraft { values: kind.fields.iter().map(value).collect(), ..NeedDraft::of(at) };
            let draft = Draft { name: "A hall".into(), needs: vec![need], ..Draft::default() };
            let read = PitchFile::parse(&draft.text("qingxi").unwrap()).unwrap();
            assert_eq!((read.park.as_str(), read.needs.len()), ("qingxi", 1), "{}", kind.name);
        }
    }

    #[test]
    fn what_is_typed_is_what_the_file_asks_for() {
        let wish = NeedDraft {
            is_wish: true,
            weight: "2.5".into(),
            may_be_unknown: true,
            ..typed("away", &["hazard", "chlorine", "100"])
        };
        let near = typed("near", &["gate", "chlorine", "800"]);
        let draft = Draft {
            name: "A \"cold\" store".into(),
            limits: ["8", "", "1.5", "", "24", "12"].map(str::to_owned),
            needs: vec![typed("power", &["0.5", "2027-06-01"]), wish, near],
            ..Draft::default()
        };
        let read = PitchFile::parse(&draft.text("qingxi").unwrap()).unwrap();
        assert_eq!(read.name, "A \"cold\" store");
        let limits = read.limits.unwrap();
        assert_eq!((limits.setback_m, limits.far, limits.coverage, limits.height_m), (8.0, Some(1.5), None, 24.0));
        assert_eq!(read.needs[0].want, Want::Power { at_least_mw: 0.5, by: "2027-06-01".parse().unwrap() });
        let chlorine = Thing::Hazard { substance: "chlorine".into() };
        assert_eq!(read.needs[1].want, Want::Away { what: chlorine, at_least_m: 100.0 });
        assert_eq!((read.needs[1].how, read.needs[1].unknown), (How::Wish(2.5), IfUnknown::Allowed));
        assert_eq!(read.needs[2].want, Want::Near { what: Thing::Gate, at_most_m: 800.0 }, "a gate has no substance");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_with_its_need() {
        let of = |need: NeedDraft| Draft { name: "A hall".into(), needs: vec![need], ..Draft::default() };
        let refused = |draft: &Draft| draft.text("qingxi").unwrap_err();
        assert_eq!(refused(&of(typed("land", &[""]))), Refused::Field(1, "form-at-least-m2"));
        assert_eq!(refused(&of(typed("land", &["30,000"]))), Refused::Field(1, "form-at-least-m2"));
        assert_eq!(refused(&Draft::default()), Refused::Field(0, "form-name"));
        let reader = |need: NeedDraft| match refused(&of(need)) {
            Refused::Reader(why) => why,
            other => panic!("{other:?}"),
        };
        assert!(reader(typed("land", &["-1"])).contains("need 1"));
        assert!(reader(typed("free", &["June"])).contains("a day is written as"));
        let none = Draft { needs: Vec::new(), ..of(typed("land", &["1"])) };
        assert!(matches!(refused(&none), Refused::Reader(_)));
        let half = Draft { limits: ["8", "", "", "", "", ""].map(str::to_owned), ..of(typed("land", &["1"])) };
        assert_eq!(refused(&half), Refused::Field(0, "form-most-height-m"));
    }

    #[test]
    fn a_file_of_somebody_else_stays_and_ones_own_is_written_anew() {
        let folder = std::env::temp_dir().join(format!("twin-form-{}", std::process::id()));
        let mut draft =
            Draft { name: " A Hall, 9 m ".into(), needs: vec![typed("land", &["500"])], ..Draft::default() };
        let path = draft.save(&folder, "qingxi").unwrap();
        assert!(path.ends_with("a-hall-9-m.pitch.ron"), "{}", path.display());
        draft.needs = vec![typed("land", &["600"])];
        assert_eq!(draft.save(&folder, "qingxi"), Ok(path.clone()));
        assert!(fs::read_to_string(&path).unwrap().contains("600"));
        let mut other = Draft { written: None, ..draft };
        assert_eq!(other.save(&folder, "qingxi"), Err(Refused::There(path)));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(file_name("冷库 2 号"), "冷库-2-号");
        assert_eq!(file_name("?!"), "pitch");
    }
}
