//! What a key of the park names in a network.

use spatial_db::model::ParkSnapshot;

use super::answers::AnswerError;
use super::topology::Topology;
use super::trace::Start;

/// One thing that has a key.
struct Named<'a> {
    kind: &'static str,
    layer: &'a str,
    key: &'a str,
    starts: Vec<Start>,
}

impl Named<'_> {
    /// Whether what stands before a key means this one.
    fn is_meant(&self, by: &str) -> bool {
        by == self.kind || by == self.layer || by == format!("{}:{}", self.kind, self.layer)
    }
}

impl Topology {
    /// Where a key is: its point's junction, or all links of its line. One that several things have is told apart by what it names or
    /// by its layer: `point:KEY`, `line:KEY`, `LAYER:KEY`.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchPlace`], [`AnswerError::SeveralPlaces`].
    pub fn place_of(&self, park: &ParkSnapshot, key: &str) -> Result<Vec<Start>, AnswerError> {
        let mut found = self.named(park, key);
        let mut splits = key.match_indices(':');
        while found.is_empty()
            && let Some((at, _)) = splits.next()
        {
            found = self.named(park, &key[at + 1..]);
            found.retain(|one| one.is_meant(&key[..at]));
        }
        let class = self.class.as_str();
        match found.as_slice() {
            [] => Err(AnswerError::NoSuchPlace { key: key.to_owned(), class }),
            [one] => Ok(one.starts.clone()),
            several => {
                let names: Vec<String> = several.iter().map(|one| apart(one, several)).collect();
                let (key, names) = (key.to_owned(), names.join(", "));
                Err(AnswerError::SeveralPlaces { key, class, count: several.len(), names })
            }
        }
    }

    /// Points and lines of the network that have a key; points at one place are one.
    fn named<'a>(&self, park: &'a ParkSnapshot, key: &'a str) -> Vec<Named<'a>> {
        let mut found: Vec<Named<'a>> = Vec::new();
        for (row, node) in park.nodes.iter().enumerate().filter(|(_, node)| node.provenance.key == key) {
            let Some(junction) = self.junction_of_node(row) else { continue };
            let starts = vec![Start::Junction(junction)];
            if !found.iter().any(|one| one.starts == starts) {
                found.push(Named { kind: "point", layer: &node.provenance.layer, key, starts });
            }
        }
        for (row, edge) in park.edges.iter().enumerate().filter(|(_, edge)| edge.provenance.key == key) {
            let starts: Vec<Start> = self.links_of_edge(row).map(Start::Link).collect();
            if !starts.is_empty() {
                found.push(Named { kind: "line", layer: &edge.provenance.layer, key, starts });
            }
        }
        found
    }
}

/// What to write to mean this one of several.
fn apart(one: &Named<'_>, several: &[Named<'_>]) -> String {
    let alone = |same: &dyn Fn(&Named<'_>) -> bool| several.iter().filter(|other| same(other)).count() == 1;
    let Named { kind, layer, key, .. } = one;
    if alone(&|other| other.kind == *kind) {
        format!("{kind}:{key}")
    } else if alone(&|other| other.layer == *layer) {
        format!("{layer}:{key}")
    } else {
        format!("{kind}:{layer}:{key}")
    }
}
