//! The tables of a permit.

use super::{Beside, NearThing, Permit, Thing, Under, Unsure};
use crate::network::dig::{DugPipe, Met};
use crate::network::profile::kind_words;
use crate::network::sheets::{self, text};
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{Words, phrase};

fn metres(name: &'static str, title: Words) -> Column {
    Column::new(name, title, "m", Holds::Number(2))
}

fn whole(name: &'static str, title: Words) -> Column {
    Column::new(name, title, "", Holds::Whole)
}

fn line() -> Column {
    text("line", words!("head-line", "line"))
}

fn class() -> Column {
    text("class", words!("head-network-class", "class"))
}

fn size() -> Column {
    text("size", words!("head-size", "size"))
}

fn how() -> Column {
    text("how", words!("head-lie", "how"))
}

fn distance() -> Column {
    metres("distance_m", words!("head-distance", "distance"))
}

fn off() -> Column {
    metres("off_m", words!("head-off", "survey off by"))
}

fn sheet(name: &'static str, title: Words, columns: Vec<Column>, rows: Vec<Row>) -> Sheet {
    Sheet { name, title, notes: Vec::new(), target: None, columns, rows }
}

fn row(cells: Vec<Value>) -> Row {
    Row { slot: None, cells }
}

fn said(text: &str) -> Value {
    if text.is_empty() { Value::Unknown } else { Value::Text(text.into()) }
}

fn lies(pipe: &DugPipe, under: Option<Under>) -> Words {
    match (pipe.met, under) {
        (Met::Crossed, _) => phrase("met-crossed", "goes through a wall, lies bare between"),
        (Met::Inside, _) => phrase("met-inside", "lies bare from end to end"),
        (Met::Below, Some(Under::Near)) => {
            phrase("met-below-near", "passes under the floor, within the caution distance of it")
        }
        (Met::Below, Some(Under::MayBeNear)) => {
            phrase("met-below-may-be-near", "passes under the floor, possibly within the caution distance of it")
        }
        (Met::Below, Some(Under::Far)) => {
            phrase("met-below-far", "passes under the floor, farther down than the caution distance")
        }
        (Met::Below, None) => phrase("met-below", "passes under the floor"),
    }
    .into()
}

fn surety(why: &[Unsure]) -> Words {
    if why.is_empty() {
        return phrase("permit-sure", "sure").into();
    }
    let mut why = why.iter().map(|why| why.words());
    let first = why.next().unwrap_or_else(|| Words::from(""));
    let all = why.fold(first, |all, next| words!("permit-and", "{all}; {next}", all = all, next = next));
    words!("permit-possibly", "possibly: {why}", why = all)
}

impl Permit {
    /// Tables: lines met, lines near, fittings met, fittings and buildings near, operators to call.
    pub fn tables(&self) -> [Sheet; 5] {
        [self.met_table(), self.near_table(), self.fittings_table(), self.things_table(), self.call_table()]
    }

    fn met_table(&self) -> Sheet {
        let rows = self.met.pipes.iter().zip(&self.unsure).zip(&self.under).map(|((pipe, why), under)| {
            row(vec![
                said(&pipe.key),
                sheets::class(pipe.class).into(),
                lies(pipe, *under).into(),
                surety(why).into(),
                said(&pipe.size),
                pipe.material.as_deref().into(),
                Some(pipe.length_m).into(),
                pipe.cover_m.into(),
                pipe.below_floor_m.into(),
            ])
        });
        let columns = vec![
            line(),
            class(),
            how(),
            text("sure", words!("head-sure", "how sure")),
            size(),
            text("material", words!("head-material", "material")),
            metres("length_m", words!("head-length", "length")),
            metres("cover_m", words!("head-cover", "ground above")),
            metres("below_floor_m", words!("head-below-floor", "below the floor")),
        ];
        sheet("met", words!("permit-met", "Lines in the pit and under it"), columns, rows.collect())
    }

    fn near_table(&self) -> Sheet {
        let rows = self.near.iter().map(|line| {
            row(vec![
                said(&line.key),
                sheets::class(line.class).into(),
                line.beside.words().into(),
                said(&line.size),
                Some(line.distance_m).into(),
                Some(line.off_m).into(),
            ])
        });
        let columns = vec![line(), class(), how(), size(), distance(), off()];
        sheet("near", words!("permit-near", "Lines within the caution distance"), columns, rows.collect())
    }

    fn fittings_table(&self) -> Sheet {
        let rows = self.met.nodes.iter().map(|node| row(vec![said(&node.key), sheets::class(node.class).into()]));
        let columns = vec![text("point", words!("head-point", "point")), class()];
        let title = words!("permit-fittings", "Chambers, valves and other fittings in the pit");
        sheet("fittings", title, columns, rows.collect())
    }

    fn things_table(&self) -> Sheet {
        let how_it_lies = |thing: &NearThing| -> Words {
            match (thing.thing, thing.beside) {
                (Thing::Building, Beside::InPit) => phrase("beside-over", "stands over the pit").into(),
                (_, beside) => beside.words(),
            }
        };
        let rows = self.things.iter().map(|thing| {
            let (what, of): (Words, Value) = match thing.thing {
                Thing::Building => (phrase("thing-building", "building").into(), Value::Unknown),
                Thing::Fitting(class, kind) => (kind_words(kind), sheets::class(class).into()),
            };
            row(vec![
                said(&thing.key),
                what.into(),
                of,
                said(&thing.name),
                how_it_lies(thing).into(),
                Some(thing.distance_m).into(),
                thing.off_m.into(),
            ])
        });
        let columns = vec![
            text("thing", words!("head-thing", "fitting or building")),
            text("what", words!("head-thing-kind", "what")),
            class(),
            text("name", words!("head-thing-name", "name")),
            how(),
            distance(),
            off(),
        ];
        let title = words!("permit-things", "Fittings and buildings within the caution distance");
        sheet("things", title, columns, rows.collect())
    }

    fn call_table(&self) -> Sheet {
        let rows = self.call.iter().map(|one| {
            let operator: Words = match one.operator.as_deref() {
                Some(name) => name.into(),
                None => words!("operator-unknown", "operator not on record"),
            };
            row(vec![
                sheets::class(one.class).into(),
                Value::Whole(one.lines as i64),
                Value::Whole(one.points as i64),
                operator.into(),
                one.phone.as_deref().into(),
                Value::Unknown,
            ])
        });
        let columns = vec![
            class(),
            whole("lines", words!("head-lines", "lines")),
            whole("points", words!("head-points", "fittings")),
            text("operator", words!("head-operator", "operator")),
            text("phone", words!("head-phone", "telephone")),
            text("signed", words!("head-signed", "told by, date, signature")),
        ];
        sheet("call", words!("permit-call", "To be called before digging"), columns, rows.collect())
    }
}
