//! The cadastral shapefile and the base map: buildings, streets, ground cover, hazard sources.

use std::path::Path;

use super::vector::{Cell, Field, FieldKind, Row, VectorFile, line, polygon};
use super::{Blemishes, EPSG};
use crate::sample::SampleError;
use crate::sample::enterprises::founded;
use crate::sample::land_records::as_of;
use crate::sample::park::Park;
use crate::sample::plane::{P, p};
use crate::sample::stories::Story;
use crate::sample::surfaces::{FOREST, GRASS, WATER};

use Cell::{Null, Owned, Real, Text, Whole};
use FieldKind::{Real as RealField, Text as TextField, Whole as WholeField};

/// Cadastral shapefile.
pub(super) const PARCEL_FILE: &str = "宗地.shp";
/// Base map.
pub(super) const BASE_FILE: &str = "底图.gpkg";

/// Names hold at most 10 bytes, so at most five Chinese characters in GBK.
const PARCEL_FIELDS: [Field; 11] = [
    Field("宗地代码", TextField, 24),
    Field("宗地号", TextField, 16),
    Field("权利人", TextField, 80),
    Field("坐落", TextField, 60),
    Field("地类编码", TextField, 8),
    Field("地类名称", TextField, 24),
    Field("行业代码", TextField, 4),
    Field("宗地面积", RealField, 14),
    Field("建筑面积", RealField, 14),
    Field("土地总价", RealField, 14),
    Field("登记日期", TextField, 10),
];

/// Write the parcels, with two bow-ties outside the park and one row twice.
pub(super) fn parcels(dir: &Path, park: &Park<'_>) -> Result<Blemishes, SampleError> {
    let mut floor = vec![0.0; park.parcels.len()];
    for building in &park.massing.buildings {
        floor[building.parcel] += building.floor_area_m2;
    }
    let mut contract: Vec<Option<usize>> = vec![None; park.parcels.len()];
    for (k, c) in park.register.contracts.iter().enumerate() {
        contract[c.parcel] = Some(k);
    }
    let row = |i: usize| -> Row<'_> {
        let parcel = &park.parcels[i];
        let contract = contract[i].map(|k| &park.register.contracts[k]);
        let enterprise = park.residents.holder[i].map(|e| &park.residents.enterprises[e]);
        let holder = match (parcel.story, enterprise) {
            (_, Some(enterprise)) => Text(&enterprise.name),
            (Story::Public, None) => Text("清溪工业园管理委员会"),
            (Story::Reserve, None) => Text("清溪工业园土地储备中心"),
            _ => Null,
        };
        let registered = contract.map_or_else(founded, |c| c.signed + chrono::Days::new(75)).min(as_of());
        let cells = vec![
            Text(&parcel.key),
            Text(&parcel.number),
            holder,
            Text(&park.streets.list[parcel.street].name),
            Text(parcel.land_use.code()),
            Text(parcel.land_use.name()),
            enterprise.map_or(Null, |e| Text(e.industry)),
            // The record was drawn up before the survey: rounded to whole square metres.
            Real(parcel.area_m2().round()),
            if floor[i] > 0.0 { Real(floor[i]) } else { Null },
            contract.map_or(Null, |c| Real(c.price)),
            Owned(registered.format("%Y/%m/%d").to_string()),
        ];
        (polygon(&[&parcel.lot.ring]), cells)
    };
    let bow_tie = |k: usize| -> Row<'_> {
        let (w, _) = park.layout.extent();
        let o = p(w + 229.0, park.layout.rows[3] + 40.0 * k as f64);
        let ring: Vec<P> = [p(0.0, 0.0), p(34.0, 24.0), p(34.0, 0.0), p(0.0, 24.0)]
            .iter()
            .map(|&q| park.layout.place(o + q).to_mm())
            .collect();
        let mut cells: Vec<Cell<'_>> = vec![
            Owned(format!("990001999999GB{:05}", k + 1)),
            Owned(format!("QX-LS-{:02}", k + 1)),
            Null,
            Text("园区东侧临时用地"),
            Text("16"),
            Text("留白用地"),
        ];
        cells.extend([Null, Null, Null, Null, Null]);
        (polygon(&[ring]), cells)
    };
    let twice = park.parcels.len() / 3;
    let rows = (0..park.parcels.len()).map(row).chain((0..2).map(bow_tie)).chain(std::iter::once(twice).map(row));
    let mut file = VectorFile::create(dir.join(PARCEL_FILE), "ESRI Shapefile")?;
    // Code page byte 0x4D (936) in the DBF header and no .cpg beside it.
    let options = ["ENCODING=LDID/77", "DBF_DATE_LAST_UPDATE=2026-06-30", "SPATIAL_INDEX=NO"];
    file.layer("宗地", EPSG, false, &PARCEL_FIELDS, &options, rows)?;
    file.close()?;
    Ok(Blemishes { bow_ties: 2, duplicate_keys: 1, ..Blemishes::default() })
}

/// Write buildings, streets, ground cover and hazard sources.
pub(super) fn base_map(dir: &Path, park: &Park<'_>) -> Result<(), SampleError> {
    let mut file = VectorFile::create(dir.join(BASE_FILE), "GPKG")?;
    buildings(&mut file, park)?;
    streets(&mut file, park)?;
    covers(&mut file, park)?;
    hazards(&mut file, park)?;
    file.close()
}

fn buildings(file: &mut VectorFile, park: &Park<'_>) -> Result<(), SampleError> {
    let fields = [
        Field("建筑编号", TextField, 0),
        Field("名称", TextField, 0),
        Field("坐落", TextField, 0),
        Field("用途", TextField, 0),
        Field("层数", WholeField, 0),
        Field("层高_m", RealField, 0),
        Field("高度_m", RealField, 0),
        Field("建筑面积_m2", RealField, 0),
        Field("室内地坪_m", RealField, 0),
        Field("竣工年份", WholeField, 0),
        Field("状态", TextField, 0),
        Field("宗地代码", TextField, 0),
    ];
    let rows = park.massing.buildings.iter().map(|b| -> Row<'_> {
        let parcel = &park.parcels[b.parcel];
        let cells = vec![
            Text(&b.key),
            Text(b.name),
            Text(&park.streets.list[parcel.street].name),
            Text(b.purpose.word()),
            Whole(i64::from(b.storeys)),
            Real((b.storey_height_m * 100.0).round() / 100.0),
            Real(b.height_m),
            if b.floor_area_m2 > 0.0 { Real(b.floor_area_m2) } else { Null },
            Real(b.base_m),
            b.year.map_or(Null, |year| Whole(i64::from(year))),
            Text(b.state),
            Text(&parcel.key),
        ];
        (polygon(&[&b.ring]), cells)
    });
    file.layer("建筑物", EPSG, false, &fields, &[], rows)
}

fn streets(file: &mut VectorFile, park: &Park<'_>) -> Result<(), SampleError> {
    let fields = [
        Field("路段编号", TextField, 0),
        Field("道路名称", TextField, 0),
        Field("道路等级", TextField, 0),
        Field("路幅宽_m", RealField, 0),
    ];
    let rows = park.centre_lines.iter().enumerate().map(|(k, (s, path))| -> Row<'_> {
        let street = &park.streets.list[*s];
        let cells =
            vec![Owned(format!("DL{:05}", k + 1)), Text(&street.name), Text(street.class.word()), Real(street.width_m)];
        (line(path), cells)
    });
    file.layer("道路中心线", EPSG, true, &fields, &[], rows)
}

fn covers(file: &mut VectorFile, park: &Park<'_>) -> Result<(), SampleError> {
    let fields = [Field("编号", TextField, 0), Field("类型", TextField, 0), Field("名称", TextField, 0)];
    let green = park.covers.iter().filter(|cover| [WATER, GRASS, FOREST].contains(&cover.kind));
    let rows = green.enumerate().map(|(k, cover)| -> Row<'_> {
        (polygon(&cover.rings), vec![Owned(format!("DB{:05}", k + 1)), Text(cover.kind), Text(cover.name)])
    });
    file.layer("地表覆盖", EPSG, false, &fields, &[], rows)
}

fn hazards(file: &mut VectorFile, park: &Park<'_>) -> Result<(), SampleError> {
    let fields = [
        Field("危险源编号", TextField, 0),
        Field("名称", TextField, 0),
        Field("类别", TextField, 0),
        Field("物质", TextField, 0),
        Field("CAS", TextField, 0),
        Field("最大存量_t", RealField, 0),
        Field("高度_m", RealField, 0),
        Field("直径_m", RealField, 0),
    ];
    let rows = park.hazards.iter().map(|h| -> Row<'_> {
        let cells = vec![
            Text(&h.key),
            Text(&h.name),
            Text(h.kind),
            Text(h.substance),
            Text(h.cas),
            Real(h.quantity_t),
            Real(h.height_m),
            if h.diameter_m > 0.0 { Real(h.diameter_m) } else { Null },
        ];
        (polygon(&[&h.ring]), cells)
    });
    file.layer("危险源", EPSG, false, &fields, &[], rows)
}
