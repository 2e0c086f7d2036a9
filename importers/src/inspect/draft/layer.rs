//! One layer of a draft: role, fields, key, and how network layers hang together.

use std::collections::HashSet;

use spatial_db::model::{FeatureKind, NetworkClass};
use spatial_db::schema::{GeometryKind, Role, Table};

use super::request_of;
use crate::crs::Crs;
use crate::inspect::columns::{self, Drawn, Mapped};
use crate::inspect::coordinates::Columns;
use crate::inspect::facts::FieldFacts;
use crate::inspect::formats::FormatLayer;
use crate::inspect::keys::{self, JOIN, Key};
use crate::inspect::meaning::{LEAST_VALUE, Seen, shape};
use crate::inspect::whole::{self, Whole};
use crate::inspect::words::{value_of, words};
use crate::inspect::{FileLook, Guess, LayerLook, PlaceGuess, RasterLook};
use crate::reader::{ReadError, Reader};

/// A layer on its way into the manifest.
#[derive(Debug)]
pub(super) struct Drafted<'a> {
    pub(super) file: &'a FileLook,
    pub(super) layer: Option<&'a LayerLook>,
    pub(super) raster: Option<&'a RasterLook>,
    /// Path as the manifest writes it.
    pub(super) path: String,
    /// File, and layer in it.
    pub(super) source: String,
    pub(super) name: String,
    pub(super) role: Option<Role>,
    pub(super) second: bool,
    pub(super) confidence: f64,
    pub(super) reason: String,
    /// Why it is commented out.
    pub(super) left_out: Option<String>,
    pub(super) mapped: Vec<Mapped>,
    pub(super) words: Vec<WordColumn>,
    pub(super) key: Option<Key>,
    pub(super) prefix: Option<String>,
    pub(super) nodes: Option<Nodes>,
    /// What its format says it is.
    pub(super) format: Option<&'static FormatLayer>,
    whole: Whole,
}

/// A column that holds a word of the model.
#[derive(Debug, Clone)]
pub(super) struct WordColumn {
    pub(super) column: &'static str,
    pub(super) from: WordsFrom,
    pub(super) reason: String,
}

/// Where the word comes from.
#[derive(Debug, Clone)]
pub(super) enum WordsFrom {
    /// The same for every row.
    Constant(String),
    /// Fields, joined; the words are filled in once all rows have been read.
    Fields {
        fields: Vec<String>,
        vocabulary: &'static str,
        /// Source word, word of the model, rows.
        map: Vec<(String, String, u64)>,
        otherwise: Option<&'static str>,
        default: Option<&'static str>,
    },
}

/// The layer of the points that two fields of a line name; none where they stand in several.
#[derive(Debug, Clone)]
pub(super) struct Nodes {
    pub(super) layer: Option<usize>,
    pub(super) found: usize,
    pub(super) of: usize,
}

impl<'a> Drafted<'a> {
    fn new(file: &'a FileLook, path: String, source: String, name: String) -> Self {
        Self {
            file,
            layer: None,
            raster: None,
            path,
            source,
            name,
            role: None,
            second: false,
            confidence: 0.0,
            reason: String::new(),
            left_out: None,
            mapped: Vec::new(),
            words: Vec::new(),
            key: None,
            prefix: None,
            nodes: None,
            format: None,
            whole: Whole::default(),
        }
    }

    pub(super) fn of_raster(file: &'a FileLook, raster: &'a RasterLook, path: String) -> Self {
        let stem = file.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let mut one = Self::new(file, path.clone(), path, stem);
        one.raster = Some(raster);
        one.confidence = raster.role.confidence;
        one.reason.clone_from(&raster.role.reason);
        one.role = raster.role.value.as_deref().and_then(Role::parse);
        one.left_out = match (&one.role, &raster.place) {
            (None, _) => Some(raster.role.reason.clone()),
            (_, None) => Some("it does not say where on the earth it lies; put a world file beside it".to_owned()),
            (_, Some(place)) if place.crs.value.is_none() && !place.declared => Some(place.crs.reason.clone()),
            _ => None,
        };
        one
    }

    pub(super) fn of_layer(file: &'a FileLook, layer: &'a LayerLook, path: String) -> Self {
        let several = file.layers.len() > 1;
        let stem = file.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let source = if several { format!("{path}:{}", layer.name) } else { path.clone() };
        let mut one =
            Self::new(file, path, source, if several && layer.name != "entities" { layer.name.clone() } else { stem });
        one.layer = Some(layer);
        if let Some(meaning) = &layer.meaning {
            one.role = meaning.role.value;
            one.second = meaning.second;
            one.confidence = meaning.role.confidence;
            one.reason.clone_from(&meaning.role.reason);
        }
        one.left_out = one.obstacle();
        one
    }

    /// The same layer as one of the things that its format says it is.
    pub(super) fn known_as(mut self, known: &'static FormatLayer) -> Self {
        self.format = Some(known);
        self.name = known.name.clone().unwrap_or(self.name);
        // A class that the format leaves open has been found already.
        let open = matches!(known.role(), Some(Role::NetworkNode(None) | Role::NetworkEdge(None)));
        if !open {
            self.role = known.role();
            self.reason.clone_from(&known.reason);
        }
        self.left_out = self.obstacle();
        self
    }

    /// Why the layer cannot be imported as it is.
    fn obstacle(&self) -> Option<String> {
        let layer = self.layer?;
        if layer.sampled == 0 {
            return Some("it has no rows".to_owned());
        }
        let Some(role) = self.role else { return Some(self.reason.clone()) };
        let needs_geometry = Table::of(role.kind()).is_none_or(|table| table.geometry.is_some());
        if !needs_geometry {
            return None;
        }
        match &layer.place {
            Some(place) if place.crs.value.is_none() && !place.declared => {
                Some(format!("its coordinate system is not known: {}", place.crs.reason))
            }
            Some(_) => None,
            // Lines between points need no coordinates of their own.
            None if matches!(role, Role::NetworkEdge(_)) && layer.columns.is_none() && self.has_ends() => None,
            None => Some("it has no coordinates that could be found".to_owned()),
        }
    }

    fn has_ends(&self) -> bool {
        let mapped =
            self.layer.map(|layer| columns::map("network_edge", &layer.fields, Drawn::default())).unwrap_or_default();
        ["@from", "@to"].iter().all(|end| mapped.iter().any(|mapped| mapped.column == *end))
    }

    /// Where nothing at all was recognised: areas are taken for parcels, lines for roads.
    pub(super) fn last_resort(&mut self) {
        let Some(layer) = self.layer.filter(|layer| layer.sampled > 0) else { return };
        let located = layer.place.as_ref().is_some_and(|place| place.crs.value.is_some() || place.declared);
        let seen = Seen {
            driver: "",
            layer: "",
            stem: "",
            folder: "",
            geometry: &layer.geometry,
            fields: &layer.fields,
            heights: 0.0,
            drawn_on: &[],
            columns: None,
        };
        let kind = match shape(&seen) {
            "area" => FeatureKind::Parcel,
            "line" => FeatureKind::RoadEdge,
            _ => return,
        };
        if !located || self.role.is_some() {
            return;
        }
        self.role = Some(Role::Feature(kind));
        self.confidence = 0.2;
        self.reason = format!("nothing was recognised ({}), and something is better than nothing", self.reason);
        self.left_out = None;
    }

    pub(super) fn place(&self) -> Option<&'a PlaceGuess> {
        self.layer
            .and_then(|layer| layer.place.as_ref())
            .or_else(|| self.raster.and_then(|raster| raster.place.as_ref()))
    }

    pub(super) fn fields(&self) -> &'a [FieldFacts] {
        self.layer.map_or(&[], |layer| &layer.fields)
    }

    fn table_name(&self) -> &'static str {
        match self.role {
            Some(Role::TerrainPoints) => "terrain",
            Some(role) => Table::of(role.kind()).map_or("", |table| table.name),
            None => "",
        }
    }

    /// Areas of the sample in square metres.
    fn areas_m2(&self) -> Vec<Option<f64>> {
        let Some(layer) = self.layer else { return Vec::new() };
        let crs = layer
            .place
            .as_ref()
            .and_then(|place| place.crs.value.as_deref())
            .and_then(|text| Crs::from_text(text).ok());
        let per_unit = match crs.as_ref().map(Crs::metres_per_unit) {
            Some(Some(metres)) => metres * metres,
            Some(None) => {
                let latitude = layer.place.as_ref().and_then(|place| place.middle).map_or(0.0, |at| at[1]);
                111_320.0 * 111_320.0 * latitude.to_radians().cos()
            }
            None => 1.0,
        };
        layer.sample.areas.iter().map(|area| area.map(|area| area * per_unit)).collect()
    }

    /// Binds fields to columns, then reads what must be known of every row.
    pub(super) fn read_whole(&mut self, reader: &mut Reader) -> Result<(), ReadError> {
        let (Some(layer), Some(role)) = (self.layer, self.role) else { return Ok(()) };
        let areas = self.areas_m2();
        self.mapped = columns::map(self.table_name(), &layer.fields, Drawn { areas_m2: &areas });
        self.choose_words(role);
        if role == Role::TerrainPoints {
            return Ok(());
        }
        let candidates = keys::candidates(&layer.fields);
        let mut wanted: Vec<(Vec<String>, &str)> = candidates.iter().map(|fields| (fields.clone(), JOIN)).collect();
        for column in &self.words {
            if let WordsFrom::Fields { fields, .. } = &column.from {
                wanted.push((fields.clone(), ""));
            }
        }
        for end in ["@from", "@to"] {
            if let Some(mapped) = self.mapped.iter().find(|mapped| mapped.column == end) {
                wanted.push((vec![layer.fields[mapped.field].name.clone()], ""));
            }
        }
        wanted.dedup_by(|a, b| a.0 == b.0);
        let mut request = request_of(self.file, layer);
        request.filter = self.format.and_then(|known| known.filter.clone());
        self.whole = whole::read(reader, &request, &wanted, layer.rows)?;
        self.key = Some(match self.format.filter(|known| !known.key.is_empty()) {
            Some(known) => Key { fields: known.key.clone(), by_fid: false, reason: "the format's own".to_owned() },
            None => keys::choose(&candidates, &self.whole, &self.file.driver),
        });
        let whole = &self.whole;
        for column in &mut self.words {
            if let WordsFrom::Fields { fields, vocabulary, map, .. } = &mut column.from {
                let found = whole
                    .combinations
                    .iter()
                    .rfind(|one| one.fields == *fields && one.words.is_some())
                    .and_then(|one| one.words.as_ref());
                let sampled = layer
                    .fields
                    .iter()
                    .find(|field| fields.len() == 1 && field.name == fields[0])
                    .map(|field| &field.values);
                for (word, rows) in found.or(sampled).into_iter().flatten() {
                    let meaning = meaning_of(vocabulary, fields, word);
                    if let Some(meaning) = meaning {
                        map.push((word.clone(), meaning, *rows));
                    }
                }
            }
        }
        self.drop_empty_maps();
        Ok(())
    }

    /// A map that knows no word of the field says nothing: the constant says as much.
    fn drop_empty_maps(&mut self) {
        for column in &mut self.words {
            if let WordsFrom::Fields { fields, map, otherwise, .. } = &column.from
                && map.is_empty()
                && let Some(otherwise) = otherwise
            {
                column.reason = format!("no word of {} is known", fields.join(" + "));
                column.from = WordsFrom::Constant((*otherwise).to_owned());
            }
        }
        let known: HashSet<&str> = self.words.iter().map(|column| column.column).collect();
        self.mapped.retain(|mapped| !known.contains(mapped.column.as_str()));
    }

    fn choose_words(&mut self, role: Role) {
        let mapped = self.mapped.clone();
        let field_of = |column: &str| {
            mapped.iter().find(|mapped| mapped.column == column).map(|mapped| &self.fields()[mapped.field])
        };
        let names = [
            self.name.clone(),
            self.file.file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default(),
        ];
        let named = |vocabulary: &str| {
            names
                .iter()
                .filter_map(|name| value_of(vocabulary, name).map(|(word, score)| (word, score, name)))
                .filter(|(_, score, _)| *score >= LEAST_VALUE)
                .max_by(|a, b| a.1.total_cmp(&b.1))
        };
        let mut chosen = Vec::new();
        let listed = |field: &FieldFacts| {
            words()
                .codes
                .iter()
                .find(|codes| codes.field.eq_ignore_ascii_case(&field.name))
                .map(|codes| codes.source.as_str())
        };
        let column = |column, vocabulary, otherwise: Option<&'static str>, default| {
            let field = field_of(column);
            let known = field.map_or(0.0, |field| share_known(vocabulary, field));
            let by_name = named(vocabulary);
            match (field, by_name) {
                // The layer is called what all its features are.
                (field, Some((word, _, name))) if known < 0.6 || field.is_none() => Some(WordColumn {
                    column,
                    from: WordsFrom::Constant(word.to_owned()),
                    reason: format!("the name {name:?} says so"),
                }),
                (Some(field), _) => Some(WordColumn {
                    column,
                    from: WordsFrom::Fields {
                        fields: vec![field.name.clone()],
                        vocabulary,
                        map: Vec::new(),
                        otherwise,
                        default,
                    },
                    reason: match listed(field) {
                        Some(source) => format!("codes of the {source}"),
                        None => format!("{:.0} % of its values are known words", known * 100.0),
                    },
                }),
                (None, _) => otherwise.map(|word| WordColumn {
                    column,
                    from: WordsFrom::Constant(word.to_owned()),
                    reason: "nothing tells more".to_owned(),
                }),
            }
        };
        match role {
            Role::NetworkNode(class) => {
                chosen.extend(self.class_column(class));
                let mut kind = column("kind", "kind", Some("other"), Some("junction"));
                self.join_feature_and_attachment(&mut kind);
                if let Some(WordColumn { from: WordsFrom::Constant(word), .. }) = &mut kind
                    && word == "other"
                {
                    "junction".clone_into(word);
                }
                chosen.extend(kind);
            }
            Role::NetworkEdge(class) => chosen.extend(self.class_column(class)),
            Role::Feature(FeatureKind::EmergencyResource) => {
                chosen.extend(column("kind", "resource", Some("other"), Some("other")));
            }
            Role::Feature(FeatureKind::Surface) => {
                chosen.extend(column("kind", "surface", Some("other"), Some("other")));
            }
            Role::Feature(FeatureKind::LandEvent) => {
                chosen.extend(column("kind", "event", None, None));
                // Free words that say why are no cause of the Order.
                let told = field_of("cause").is_some_and(|field| share_known("cause", field) >= 0.6);
                chosen.extend(told.then(|| column("cause", "cause", None, None)).flatten());
            }
            Role::Feature(FeatureKind::RoadEdge)
                if field_of("class").is_some_and(|field| share_known("road", field) > 0.0) =>
            {
                chosen.extend(
                    column("class", "road", None, None)
                        .filter(|column| matches!(column.from, WordsFrom::Fields { .. })),
                );
            }
            _ => {}
        }
        self.words = chosen;
        self.mapped.retain(|mapped| mapped.column != "cause" || self.words.iter().any(|one| one.column == "cause"));
        self.take_words_of_format();
        // With one class for all, the field that tells it is the subtype.
        if matches!(role, Role::NetworkNode(Some(_)) | Role::NetworkEdge(Some(_)))
            && let Some(class) = self.mapped.iter().position(|mapped| mapped.column == "class")
        {
            if self.mapped.iter().any(|mapped| mapped.column == "subtype") {
                self.mapped.remove(class);
            } else {
                "subtype".clone_into(&mut self.mapped[class].column);
            }
        }
    }

    /// Words that the format says, in place of what was guessed.
    fn take_words_of_format(&mut self) {
        let Some(known) = self.format else { return };
        let constants = known.values.iter().map(|(column, word)| (column, WordsFrom::Constant(word.clone())));
        let vocabulary = match self.role {
            Some(Role::Feature(FeatureKind::EmergencyResource)) => "resource",
            Some(Role::Feature(FeatureKind::Surface)) => "surface",
            _ => "kind",
        };
        let fields = known.fields.iter().map(|(column, fields)| {
            let (fields, map) = (fields.clone(), Vec::new());
            let (otherwise, default) = (Some("other"), Some("other"));
            (column, WordsFrom::Fields { fields, vocabulary, map, otherwise, default })
        });
        for (column, from) in constants.chain(fields).collect::<Vec<_>>() {
            self.words.retain(|words| words.column != column);
            self.words.push(WordColumn { column, from, reason: "the format says so".to_owned() });
        }
    }

    fn class_column(&self, class: Option<NetworkClass>) -> Option<WordColumn> {
        let mapped = self.mapped.iter().find(|mapped| mapped.column == "class")?;
        if class.is_some() {
            return None;
        }
        let fields = vec![self.fields()[mapped.field].name.clone()];
        let from = WordsFrom::Fields {
            fields,
            vocabulary: "class",
            map: Vec::new(),
            otherwise: Some("other"),
            default: Some("other"),
        };
        Some(WordColumn { column: "class", from, reason: mapped.reason.clone() })
    }

    /// Survey tables say what a point is in one of two fields: feature of the line, or attachment.
    fn join_feature_and_attachment(&self, kind: &mut Option<WordColumn>) {
        let has = |names: &[&str]| {
            self.fields().iter().find(|field| names.iter().any(|name| field.name.trim().eq_ignore_ascii_case(name)))
        };
        if let (Some(feature), Some(attachment)) =
            (has(&["Feature", "特征", "特征点"]), has(&["Subsid", "附属物", "附属物名称"]))
        {
            *kind = Some(WordColumn {
                column: "kind",
                from: WordsFrom::Fields {
                    fields: vec![feature.name.clone(), attachment.name.clone()],
                    vocabulary: "kind",
                    map: Vec::new(),
                    otherwise: Some("other"),
                    default: Some("junction"),
                },
                reason: "a survey point is a feature of the line or an attachment".to_owned(),
            });
        }
    }

    /// Hashes of the values of the key, if it is a field.
    fn key_hashes(&self) -> Option<&HashSet<u64>> {
        let key = self.key.as_ref().filter(|key| !key.fields.is_empty())?;
        self.whole.of(&key.fields).map(|combination| &combination.hashes)
    }

    pub(super) fn field_of(&self, column: &str) -> Option<(&'a FieldFacts, &Mapped)> {
        let mapped = self.mapped.iter().find(|mapped| mapped.column == column)?;
        Some((&self.fields()[mapped.field], mapped))
    }

    /// Name of the geometry that the role's table wants.
    pub(super) fn wants(&self) -> Option<GeometryKind> {
        Table::of(self.role?.kind())?.geometry
    }

    /// Columns with coordinates, if the file has no geometry of its own.
    pub(super) fn coordinate_fields(&self) -> Option<&'a Columns> {
        self.layer?.columns.as_ref()
    }
}

/// Share of a field's filled cells whose word is known.
fn share_known(vocabulary: &str, field: &FieldFacts) -> f64 {
    let fields = [field.name.clone()];
    let known: u64 = field
        .values
        .iter()
        .filter(|(word, _)| meaning_of(vocabulary, &fields, word).is_some())
        .map(|(_, rows)| rows)
        .sum();
    known as f64 / field.known.max(1) as f64
}

/// What a word in a cell means: a known word, or a number of a known list.
fn meaning_of(vocabulary: &str, fields: &[String], word: &str) -> Option<String> {
    let listed = words().codes.iter().find(|codes| {
        fields.len() == 1
            && codes.field.eq_ignore_ascii_case(&fields[0])
            && (codes.column == vocabulary || vocabulary == "surface")
    });
    if let Some(codes) = listed {
        let number: i64 = word.parse().ok()?;
        return codes.words.iter().find(|(_, numbers)| numbers.contains(&number)).map(|(meaning, _)| meaning.clone());
    }
    value_of(vocabulary, word).filter(|(_, score)| *score >= LEAST_VALUE).map(|(meaning, _)| meaning.to_owned())
}

/// Whether some layer of points of the class of a line has a key.
fn is_node(drafted: &[Drafted<'_>], line: Option<Role>, key: u64) -> bool {
    let Some(Role::NetworkEdge(class)) = line else { return false };
    let nodes = drafted.iter().filter(|one| one.left_out.is_none() && one.role == Some(Role::NetworkNode(class)));
    nodes.filter_map(Drafted::key_hashes).any(|hashes| hashes.contains(&key))
}

/// Finds for every line layer the point layer that its ends name.
pub(super) fn link_nodes(drafted: &mut [Drafted<'_>]) {
    for index in 0..drafted.len() {
        let one = &drafted[index];
        if one.left_out.is_some() || !matches!(one.role, Some(Role::NetworkEdge(_))) {
            continue;
        }
        let ends: Option<Vec<&HashSet<u64>>> = ["@from", "@to"]
            .iter()
            .map(|end| Some(&one.whole.of(&[one.field_of(end)?.0.name.clone()])?.hashes))
            .collect();
        let Some(ends) = ends else {
            drafted[index].mapped.retain(|mapped| mapped.column != "@from" && mapped.column != "@to");
            continue;
        };
        let all: HashSet<u64> = ends.into_iter().flatten().copied().collect();
        let best = drafted
            .iter()
            .enumerate()
            .filter(|(_, other)| other.left_out.is_none() && matches!(other.role, Some(Role::NetworkNode(_))))
            .filter_map(|(other, nodes)| Some((all.intersection(nodes.key_hashes()?).count(), other)))
            .max();
        let needs_nodes = one.place().is_none();
        let (all_found, of) = (all.iter().filter(|end| is_node(drafted, one.role, **end)).count(), all.len());
        // Lines that have a course of their own may end at points of several layers of their class.
        let several = best.is_some_and(|(found, _)| !needs_nodes && all_found > found);
        let found = best.map(|(found, layer)| if several { (all_found, None) } else { (found, Some(layer)) });
        if let Some((found, layer)) = found.filter(|(found, _)| *found * 2 >= of && *found > 0) {
            drafted[index].nodes = Some(Nodes { layer, found, of });
        } else {
            drafted[index].mapped.retain(|mapped| mapped.column != "@from" && mapped.column != "@to");
            if needs_nodes {
                drafted[index].left_out = Some(
                    "its lines have no coordinates, and no table of points holds their ends; name that file too"
                        .to_owned(),
                );
            }
        }
    }
}

/// Layers of one table whose keys collide get prefixes.
pub(super) fn tell_keys_apart(drafted: &mut [Drafted<'_>]) {
    let mut collide = HashSet::new();
    for a in 0..drafted.len() {
        for b in a + 1..drafted.len() {
            let same_table = drafted[a].role.map(Role::kind) == drafted[b].role.map(Role::kind);
            if !same_table || drafted[a].left_out.is_some() || drafted[b].left_out.is_some() {
                continue;
            }
            if let (Some(one), Some(other)) = (drafted[a].key_hashes(), drafted[b].key_hashes())
                && !one.is_disjoint(other)
            {
                collide.extend([a, b]);
            }
        }
    }
    for index in collide {
        drafted[index].prefix = Some(format!("{}-", drafted[index].name));
    }
}

/// The certainty of a guess and its reason, as a comment says it.
pub(super) fn because(confidence: f64, reason: &str) -> String {
    let guess = Guess::new((), confidence, reason);
    format!("{} ({:.2}): {reason}", guess.certainty(), guess.confidence)
}
