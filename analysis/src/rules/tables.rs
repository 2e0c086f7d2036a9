//! The rule tables of land, networks and siting that are in force: those that ship, each of them replaced where a user has one of its
//! own.
//!
//! Reading files is left to the caller. What a table of a user's own is cited by says so: the file and its hash stand beside the edition.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use toml::de::{DeTable, DeValue};

use super::{LandUseClasses, LandUseColours, RuleSet, allowed};
use crate::evaluation::{self, EvaluationRules};
use crate::land::scheme::Scheme;
use crate::network::Settings;
use crate::network::capacity::CapacityRules;
use crate::network::clearance::ClearanceRules;
use crate::network::hydraulics::HydraulicRules;
use crate::network::permit::Operators;
use crate::network::profile::ProfileLimits;
use crate::siting::{EnlargingTable, ObstacleTable, ReadinessTable, SitingTables, TurningTable};

/// Names of the tables that can be replaced, as they stand in a folder of rules, and the text of those that ship.
pub const SHIPPED: [(&str, &str); 26] = [
    ("figures.toml", include_str!("../../rules/figures.toml")),
    ("network_classes.toml", include_str!("../../rules/network_classes.toml")),
    ("building_words.toml", include_str!("../../rules/building_words.toml")),
    ("idle_causes.toml", include_str!("../../rules/idle_causes.toml")),
    ("land_use.toml", include_str!("../../rules/land_use.toml")),
    ("land_use_colours.toml", include_str!("../../rules/land_use_colours.toml")),
    ("schemes/national-2008.toml", include_str!("../../rules/schemes/national-2008.toml")),
    ("schemes/national-2023.toml", include_str!("../../rules/schemes/national-2023.toml")),
    ("schemes/shanghai.toml", include_str!("../../rules/schemes/shanghai.toml")),
    ("schemes/shanghai-illustrative.toml", include_str!("../../rules/schemes/shanghai-illustrative.toml")),
    ("evaluation/zone.toml", include_str!("../../rules/evaluation/zone.toml")),
    ("evaluation/province-example.toml", include_str!("../../rules/evaluation/province-example.toml")),
    ("evaluation/etdz-2021.toml", include_str!("../../rules/evaluation/etdz-2021.toml")),
    ("evaluation/shanghai-2020.toml", include_str!("../../rules/evaluation/shanghai-2020.toml")),
    ("networks/topology.toml", include_str!("../../rules/networks/topology.toml")),
    ("networks/clearance.toml", include_str!("../../rules/networks/clearance.toml")),
    ("networks/capacity.toml", include_str!("../../rules/networks/capacity.toml")),
    ("networks/hydraulics.toml", include_str!("../../rules/networks/hydraulics.toml")),
    ("networks/profile.toml", include_str!("../../rules/networks/profile.toml")),
    ("networks/operators.toml", include_str!("../../rules/networks/operators.toml")),
    ("siting/words.toml", include_str!("../../rules/siting/words.toml")),
    ("siting/industry.toml", include_str!("../../rules/siting/industry.toml")),
    ("siting/turning.toml", include_str!("../../rules/siting/turning.toml")),
    ("siting/obstacles.toml", include_str!("../../rules/siting/obstacles.toml")),
    ("siting/enlarging.toml", include_str!("../../rules/siting/enlarging.toml")),
    ("siting/readiness.toml", include_str!("../../rules/siting/readiness.toml")),
];

/// Schemes of land, in the order in which they are offered.
const SCHEMES: [&str; 4] = [
    "schemes/national-2008.toml",
    "schemes/national-2023.toml",
    "schemes/shanghai.toml",
    "schemes/shanghai-illustrative.toml",
];

/// Digits of a file's hash in what it is cited by.
const DIGITS: usize = 12;

/// A table of a user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTable {
    /// Name of the table that it takes the place of, or of the file.
    pub name: String,
    /// Its text.
    pub text: String,
    /// SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
}

impl OwnTable {
    /// What names the table wherever it is cited.
    pub fn mark(&self) -> String {
        format!("own table {}, sha256 {}", self.name, self.sha256.get(..DIGITS).unwrap_or(&self.sha256))
    }

    /// Checks its numbers as those of the shipped table that it takes the place of, by name: one that cannot be is told by this table's
    /// own name, the row, and what it may be.
    ///
    /// # Errors
    /// [`TableError::Value`].
    pub fn check_as(&self, table: &str) -> Result<(), TableError> {
        allowed::check(table, &self.text, shipped(table)).map_err(|error| match error {
            TableError::Value { row, value, allowed, .. } => {
                TableError::Value { table: self.name.clone(), row, value, allowed }
            }
            other => other,
        })
    }

    /// The text, in which every edition names this table too. Lines stay where they are.
    pub fn cited(&self) -> String {
        marked(&self.text, &self.mark())
    }
}

/// A table whose editions end with a mark, however TOML writes them; a text that is no TOML, as it is.
fn marked(text: &str, mark: &str) -> String {
    let Ok(table) = DeTable::parse(text) else { return text.to_owned() };
    let mut editions = Vec::new();
    editions_of(table.get_ref(), &mut editions);
    editions.sort_by_key(|edition| edition.start);
    let (mut told, mut done) = (String::with_capacity(text.len()), 0);
    for edition in editions {
        // A text of TOML ends with one quote, or with three.
        let written = &text[edition.clone()];
        let quotes =
            if written.len() >= 6 && ["\"\"\"", "'''"].iter().any(|three| written.starts_with(three)) { 3 } else { 1 };
        let end = edition.end - quotes;
        told.push_str(&text[done..end]);
        // An edition that says nothing is the file alone.
        if end > edition.start + quotes {
            told.push_str("; ");
        }
        told.push_str(mark);
        done = end;
    }
    told.push_str(&text[done..]);
    told
}

/// Where the texts stand that tell an edition, with their quotes.
fn editions_of(table: &DeTable<'_>, found: &mut Vec<Range<usize>>) {
    for (key, value) in table {
        if key.get_ref() == "edition" && matches!(value.get_ref(), DeValue::String(_)) {
            found.push(value.span());
        }
        within(value.get_ref(), found);
    }
}

fn within(value: &DeValue<'_>, found: &mut Vec<Range<usize>>) {
    match value {
        DeValue::Table(table) => editions_of(table, found),
        DeValue::Array(values) => values.iter().for_each(|value| within(value.get_ref(), found)),
        _ => {}
    }
}

/// Why a table of a user's own cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// It takes the place of no table.
    #[error("no rule table that can be replaced is called {table}; there are: {}", SHIPPED.map(|(name, _)| name).join(", "))]
    Unknown {
        /// What it is called.
        table: String,
    },
    /// It is no such table.
    #[error("the rule table {table} cannot be used")]
    Wrong {
        /// The table.
        table: String,
        /// The row, and why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A figure in another unit than the program reads it in, or that is no number.
    #[error("the rule table {table}: the row [{row}] is {value} {unit:?}, and the program reads it in {needed:?}")]
    Unit {
        /// The table.
        table: &'static str,
        /// Group and name of the figure.
        row: String,
        /// Its value.
        value: f64,
        /// Its unit.
        unit: String,
        /// The unit that is read.
        needed: String,
    },
    /// A number that cannot be.
    #[error("the rule table {table}: {row} is {value}, and what is allowed is {allowed}")]
    Value {
        /// The table.
        table: String,
        /// Where it stands.
        row: String,
        /// What it is.
        value: f64,
        /// What it may be.
        allowed: String,
    },
    /// A scheme under another name than that of the table.
    #[error("the rule table {table}: its scheme is called {name:?}, and the table takes the place of {needed:?}")]
    Name {
        /// The table.
        table: &'static str,
        /// What the scheme is called.
        name: String,
        /// What it has to be called.
        needed: &'static str,
    },
}

/// The tables of land, networks and siting.
#[derive(Debug, Clone)]
pub struct RuleTables {
    /// Figures, network classes, classes of land use, causes that excuse, words of building records.
    pub land: RuleSet,
    /// Colours of classes of land use.
    pub land_use_colours: LandUseColours,
    /// The zone evaluation, with the classes of land use.
    pub evaluation: EvaluationRules,
    /// Schemes of land.
    pub schemes: Vec<Scheme>,
    /// Schemes of the evaluation, by their short names.
    pub evaluation_schemes: Vec<(&'static str, evaluation::Scheme)>,
    /// How lines become a network.
    pub topology: Settings,
    /// Clearances.
    pub clearance: ClearanceRules,
    /// Capacities.
    pub capacity: CapacityRules,
    /// Pressures.
    pub hydraulics: HydraulicRules,
    /// Limits of long profiles.
    pub profile: ProfileLimits,
    /// Whom to call before digging.
    pub operators: Operators,
    /// Words of records that siting asks for, and classes of industrial land.
    pub siting: SitingTables,
    /// What vehicles need to turn on a site.
    pub(crate) turning: TurningTable,
    /// What is taken out of a site's ground.
    pub(crate) obstacles: ObstacleTable,
    /// What it takes by law to join land to a site.
    pub(crate) enlarging: EnlargingTable,
    /// Steps of readiness.
    pub(crate) readiness: ReadinessTable,
    own: Vec<OwnTable>,
}

static IN_FORCE: OnceLock<RuleTables> = OnceLock::new();

impl RuleTables {
    /// The tables that ship with the product.
    ///
    /// # Panics
    /// Never: the shipped tables are checked by tests.
    pub fn shipped() -> Self {
        Self::with(Vec::new()).expect("the shipped tables are valid")
    }

    /// The tables that ship, with those of a user's own in their places.
    ///
    /// # Errors
    /// [`TableError`], which names the table and the row.
    pub fn with(own: Vec<OwnTable>) -> Result<Self, TableError> {
        if let Some(table) = own.iter().find(|table| SHIPPED.iter().all(|(name, _)| *name != table.name)) {
            return Err(TableError::Unknown { table: table.name.clone() });
        }
        let classes = read(&own, "land_use.toml", LandUseClasses::parse)?;
        let land = land(&own, &classes)?;
        let evaluation = read(&own, "evaluation/zone.toml", |text| EvaluationRules::parse(text, classes.clone()))?;
        let mut schemes = Vec::new();
        for table in SCHEMES {
            schemes.push(scheme(&own, table)?);
        }
        let mut evaluation_schemes = Vec::new();
        for (name, _) in evaluation::SHIPPED {
            let table = SHIPPED.iter().map(|(table, _)| *table).find(|table| stem(table) == name);
            let Some(table) = table.filter(|table| table.starts_with("evaluation/")) else { continue };
            evaluation_schemes.push((name, read(&own, table, evaluation::Scheme::parse)?));
        }
        let tables = Self {
            land,
            land_use_colours: read(&own, "land_use_colours.toml", LandUseColours::parse)?,
            evaluation,
            schemes,
            evaluation_schemes,
            topology: read(&own, "networks/topology.toml", Settings::parse)?,
            clearance: read(&own, "networks/clearance.toml", ClearanceRules::parse)?,
            capacity: read(&own, "networks/capacity.toml", CapacityRules::parse)?,
            hydraulics: read(&own, "networks/hydraulics.toml", HydraulicRules::parse)?,
            profile: read(&own, "networks/profile.toml", ProfileLimits::parse)?,
            operators: read(&own, "networks/operators.toml", Operators::parse)?,
            siting: siting(&own)?,
            turning: read(&own, "siting/turning.toml", TurningTable::parse)?,
            obstacles: read(&own, "siting/obstacles.toml", ObstacleTable::parse)?,
            enlarging: read(&own, "siting/enlarging.toml", EnlargingTable::parse)?,
            readiness: read(&own, "siting/readiness.toml", ReadinessTable::parse)?,
            own,
        };
        for table in &tables.own {
            table.check_as(&table.name)?;
        }
        Ok(tables)
    }

    /// Puts these tables in force for whatever this process works out from now on. False where others are in force already: they were asked
    /// for before, and one process answers by one set of tables.
    pub fn put_in_force(self) -> bool {
        IN_FORCE.set(self).is_ok()
    }

    /// The tables in force: the shipped ones until others are put in their place.
    pub fn in_force() -> &'static Self {
        IN_FORCE.get_or_init(Self::shipped)
    }

    /// The tables of a user's own among them.
    pub fn own(&self) -> &[OwnTable] {
        &self.own
    }

    /// A scheme of land by its name.
    pub fn scheme(&self, name: &str) -> Option<&Scheme> {
        self.schemes.iter().find(|scheme| scheme.name == name)
    }

    /// A scheme of the evaluation by its short name.
    pub fn evaluation_scheme(&self, name: &str) -> Option<&evaluation::Scheme> {
        self.evaluation_schemes.iter().find(|(known, _)| *known == name).map(|(_, scheme)| scheme)
    }
}

/// Name of a table without its folder and its ending.
fn stem(table: &str) -> &str {
    let name = table.rsplit('/').next().unwrap_or(table);
    name.strip_suffix(".toml").unwrap_or(name)
}

fn shipped(table: &str) -> &'static str {
    SHIPPED.iter().find(|(name, _)| *name == table).map_or("", |(_, text)| *text)
}

/// The text in force, in which editions name a table of a user's own.
fn text<'a>(own: &'a [OwnTable], table: &str) -> Cow<'a, str> {
    own.iter().find(|own| own.name == table).map_or(Cow::Borrowed(shipped(table)), |own| Cow::Owned(own.cited()))
}

fn read<T, E>(own: &[OwnTable], table: &'static str, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, TableError>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let wrong = |source: E| TableError::Wrong { table: table.to_owned(), source: source.into() };
    // A complaint is about the file as it stands.
    if let Some(own) = own.iter().find(|own| own.name == table) {
        parse(&own.text).map_err(wrong)?;
    }
    parse(&text(own, table)).map_err(wrong)
}

fn land(own: &[OwnTable], classes: &LandUseClasses) -> Result<RuleSet, TableError> {
    read(own, "figures.toml", |figures| RuleSet::parse(figures, shipped("network_classes.toml")))?;
    let figures = text(own, "figures.toml");
    let rules = read(own, "network_classes.toml", |classes| RuleSet::parse(&figures, classes))?;
    let rules = read(own, "building_words.toml", |words| rules.clone().with_building_words(words))?;
    let rules = read(own, "idle_causes.toml", |causes| rules.clone().with_idle_causes(causes))?;
    let rules = RuleSet { land_use: classes.clone(), ..rules };
    for (group, figures) in &RuleSet::shipped().figures {
        for (name, figure) in figures {
            let Some(found) = rules.find(group, name) else { continue };
            if found.unit != figure.unit || !found.value.is_finite() {
                return Err(TableError::Unit {
                    table: "figures.toml",
                    row: format!("{group}.{name}"),
                    value: found.value,
                    unit: found.unit.clone(),
                    needed: figure.unit.clone(),
                });
            }
        }
    }
    Ok(rules)
}

fn siting(own: &[OwnTable]) -> Result<SitingTables, TableError> {
    // Each is read beside one that is known to be right, so that a complaint names the file that it is about.
    read(own, "siting/words.toml", |words| SitingTables::parse(words, shipped("siting/industry.toml")))?;
    let words = text(own, "siting/words.toml");
    read(own, "siting/industry.toml", |industry| SitingTables::parse(&words, industry))
}

fn scheme(own: &[OwnTable], table: &'static str) -> Result<Scheme, TableError> {
    let mut scheme = read(own, table, Scheme::parse)?;
    if scheme.name != stem(table) {
        return Err(TableError::Name { table, name: scheme.name, needed: stem(table) });
    }
    if let Some(own) = own.iter().find(|own| own.name == table) {
        scheme.title = format!("{} [{}]", scheme.title, own.mark());
    }
    Ok(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn own(name: &str, from: &str, to: &str) -> OwnTable {
        let text = shipped(name);
        assert!(text.contains(from), "{name} has {from:?}");
        OwnTable { name: name.to_owned(), text: text.replace(from, to), sha256: HASH.to_owned() }
    }

    #[test]
    fn the_shipped_tables_are_those_of_each_shipped_set() {
        let tables = RuleTables::shipped();
        assert_eq!(tables.land, RuleSet::shipped());
        assert_eq!(tables.land_use_colours, LandUseColours::shipped());
        assert_eq!(tables.evaluation, EvaluationRules::shipped());
        assert_eq!(tables.schemes, Scheme::shipped());
        assert_eq!(tables.topology, Settings::shipped());
        assert_eq!(tables.clearance, ClearanceRules::shipped());
        assert_eq!(tables.capacity, CapacityRules::shipped());
        assert_eq!(tables.hydraulics, HydraulicRules::shipped());
        assert_eq!(tables.profile, ProfileLimits::shipped());
        assert_eq!(tables.operators, Operators::shipped());
        assert_eq!(tables.siting, SitingTables::shipped());
        assert_eq!(tables.evaluation_schemes.len(), evaluation::SHIPPED.len());
        for (name, scheme) in &tables.evaluation_schemes {
            assert_eq!(evaluation::Scheme::shipped(name).as_ref(), Some(scheme));
        }
        assert!(tables.own().is_empty());
    }

    #[test]
    fn a_table_of_ones_own_decides_and_is_cited() {
        let before = RuleTables::shipped();
        let figures = own("figures.toml", "[hydrant.reach_m]\nvalue = 150.0", "[hydrant.reach_m]\nvalue = 120.0");
        let tables = RuleTables::with(vec![figures]).unwrap();
        let reach = tables.land.figure("hydrant", "reach_m");
        assert_eq!((reach.value, before.land.figure("hydrant", "reach_m").value), (120.0, 150.0));
        let said = reach.citation().to_string();
        assert!(said.contains("own table figures.toml, sha256 ba7816bf8f01"), "{said}");
        assert!(!before.land.figure("hydrant", "reach_m").citation().to_string().contains("own table"));
        // The others stay those that ship.
        assert_eq!((&tables.clearance, &tables.schemes), (&before.clearance, &before.schemes));

        let scheme = own("schemes/national-2008.toml", "kind = \"floor\"", "kind = \"floor\"");
        let tables = RuleTables::with(vec![scheme]).unwrap();
        let scheme = tables.scheme("national-2008").unwrap();
        assert!(scheme.title.contains("own table schemes/national-2008.toml"), "{}", scheme.title);
    }

    #[test]
    fn tables_of_siting_decide_and_are_cited_too() {
        let with = |name: &str, from: &str, to: &str| RuleTables::with(vec![own(name, from, to)]).unwrap();
        let before = RuleTables::shipped();
        let marks = |said: String, name: &str| said.contains(&format!("own table {name}, sha256 ba7816bf8f01"));
        let industry = with("siting/industry.toml", "\n39 = 1", "\n39 = 3").siting;
        assert!(industry != before.siting && marks(industry.industry_source().to_string(), "siting/industry.toml"));
        assert!(!before.siting.industry_source().contains("own table"));
        let lane = with("siting/turning.toml", "width_m = 4.0", "width_m = 6.0").turning;
        assert!(lane != before.turning && marks(format!("{lane:?}"), "siting/turning.toml"), "the lane is cited too");
        assert!(with("siting/obstacles.toml", "rail_half_m = 3.0", "rail_half_m = 4.0").obstacles != before.obstacles);
        assert!(with("siting/readiness.toml", "served_m = 50.0", "served_m = 30.0").readiness != before.readiness);
        let law = with("siting/enlarging.toml", "Art. 19", "Art. 20").enlarging;
        assert!(law != before.enlarging && marks(format!("{law:?}"), "siting/enlarging.toml"));
        assert!(with("siting/words.toml", "\"land bank\"", "\"land trust\"").siting != before.siting);
    }

    #[test]
    fn what_cannot_be_used_is_told_by_table_and_row() {
        let told = |table: OwnTable| {
            let error = RuleTables::with(vec![table]).unwrap_err();
            let why = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            format!("{error}: {why}")
        };
        let missing = told(own("figures.toml", "[hydrant.reach_m]", "[hydrant.other_m]"));
        assert!(missing.contains("figures.toml") && missing.contains("hydrant.reach_m"), "{missing}");
        let unit = told(own(
            "figures.toml",
            "[idle.clock_years]\nvalue = 1.0\nunit = \"a\"",
            "[idle.clock_years]\nvalue = 12.0\nunit = \"month\"",
        ));
        assert!(unit.contains("[idle.clock_years]") && unit.contains("month"), "{unit}");
        let broken = told(own("networks/clearance.toml", "level = \"-\"", "level = \"E\""));
        assert!(broken.contains("networks/clearance.toml") && broken.contains("survey"), "{broken}");
        let renamed = told(own("schemes/shanghai.toml", "name = \"shanghai\"", "name = \"ours\""));
        assert!(renamed.contains("\"ours\"") && renamed.contains("\"shanghai\""), "{renamed}");
        let capital = told(own("siting/words.toml", "\"land bank\"", "\"Land bank\""));
        assert!(capital.contains("siting/words.toml") && capital.contains("\"Land bank\""), "{capital}");
        let status = told(own("siting/industry.toml", "status = \"memory\"", "status = \"sure\""));
        assert!(status.contains("siting/industry.toml") && status.contains("verified, secondary"), "{status}");
        let unknown = told(OwnTable { name: "figure.toml".to_owned(), text: String::new(), sha256: HASH.to_owned() });
        assert!(unknown.contains("figure.toml") && unknown.contains("networks/topology.toml"), "{unknown}");
    }

    #[test]
    fn a_table_under_a_name_of_its_own_is_held_against_the_one_that_it_stands_for() {
        let mut table = own("networks/clearance.toml", "m = 2.5", "m = -2.5");
        table.name = "ours.toml".to_owned();
        let said = table.check_as("networks/clearance.toml").unwrap_err().to_string();
        let parts = ["ours.toml", "horizontal[1].m", "-2.5", "0 or a number above it"];
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        let table = own("networks/clearance.toml", "m = 2.5", "m = 3.5");
        assert!(table.check_as("networks/clearance.toml").is_ok());
    }

    #[test]
    fn editions_are_marked_wherever_they_stand() {
        for (line, expected) in [
            ("edition = \"2016\"", "edition = \"2016; M\""),
            ("edition = \"\"", "edition = \"M\""),
            ("edition='2016'  # of edition = \"x\"", "edition='2016; M'  # of edition = \"x\""),
            (
                "a = [\n  { edition = \"a \\\"b\\\"\", clause = \"c\" },\n]",
                "a = [\n  { edition = \"a \\\"b\\\"; M\", clause = \"c\" },\n]",
            ),
            ("a.edition = \"\"\"\n2016\"\"\"", "a.edition = \"\"\"\n2016; M\"\"\""),
            ("\"edition\" = ''", "\"edition\" = 'M'"),
            ("[a.b]\nedition = \"1\"\n[[c]]\nedition = \"2\"", "[a.b]\nedition = \"1; M\"\n[[c]]\nedition = \"2; M\""),
            ("# edition = \"2016\"", "# edition = \"2016\""),
            ("first_edition = \"2016\"", "first_edition = \"2016\""),
            ("clause = \"the edition = '2016'\"", "clause = \"the edition = '2016'\""),
            ("edition = 2016", "edition = 2016"),
            ("edition = ", "edition = "),
        ] {
            assert_eq!(marked(line, "M"), expected);
        }
    }
}
