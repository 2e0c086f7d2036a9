//! A thin safe skin over the OGR calls that the `gdal` crate does not offer or only with an allocation per cell.
//!
//! What is read and what becomes of it is left to `vector` and `validity`.
//!
//! `unsafe` is needed because these are C calls. Every pointer here comes from OGR and is checked for null; every
//! geometry and feature is owned by exactly one value and freed when that is dropped.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char};
use std::marker::PhantomData;
use std::ptr;

use gdal::vector::LayerAccess;
use gdal_sys::{
    CPLErr, CPLErrorReset, CPLGetLastErrorMsg, CPLGetLastErrorType, OGRErr, OGRFeatureH, OGRFieldSubType, OGRFieldType,
    OGRGeometryH, OGRwkbByteOrder, OGRwkbGeometryType,
};

use super::encoding::StrayText;

/// Kind of a field, as far as reading cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    Integer,
    Boolean,
    Real,
    Date,
    Text,
    Binary,
}

/// Forgets GDAL's last error.
pub(super) fn reset_error() {
    // SAFETY: takes no pointers; the error state is per thread.
    unsafe { CPLErrorReset() }
}

/// GDAL's last message, if it warned or failed since [`reset_error`].
pub(super) fn last_error() -> Option<String> {
    // SAFETY: the message is a NUL-terminated string owned by GDAL, copied before anything else is called.
    unsafe {
        if CPLGetLastErrorType() < CPLErr::CE_Warning {
            return None;
        }
        let message = CPLGetLastErrorMsg();
        (!message.is_null()).then(|| CStr::from_ptr(message).to_string_lossy().trim().to_owned())
    }
}

/// Whether GDAL's last call failed since [`reset_error`].
pub(super) fn has_failed() -> bool {
    // SAFETY: takes no pointers.
    unsafe { CPLGetLastErrorType() >= CPLErr::CE_Failure }
}

/// Keeps PROJ off the network in this process.
pub(crate) fn keep_proj_offline() {
    // SAFETY: takes no pointers.
    unsafe { gdal_sys::OSRSetPROJEnableNetwork(0) }
}

/// Whether the register writes the northing of a projected system first.
pub(super) fn writes_north_first(srs: &gdal::spatial_ref::SpatialRef) -> bool {
    // SAFETY: the reference is alive and only read.
    unsafe { gdal_sys::OSREPSGTreatsAsNorthingEasting(srs.to_c_hsrs()) != 0 }
}

/// Tells the driver not to decode the fields named.
pub(super) fn ignore_fields<L: LayerAccess>(layer: &L, names: &[String]) {
    let owned: Vec<CString> = names.iter().filter_map(|name| CString::new(name.as_str()).ok()).collect();
    let mut pointers: Vec<*const c_char> = owned.iter().map(|name| name.as_ptr()).collect();
    pointers.push(ptr::null());
    // SAFETY: a NULL-terminated array of NUL-terminated strings that outlive the call; OGR copies what it keeps.
    unsafe { gdal_sys::OGR_L_SetIgnoredFields(layer.c_layer(), pointers.as_mut_ptr()) };
}

/// Removes a feature from a layer in memory.
pub(super) fn delete_feature<L: LayerAccess>(layer: &L, fid: u64) {
    // SAFETY: the layer is alive; a feature that is not there is an error code, which does not matter.
    unsafe { gdal_sys::OGR_L_DeleteFeature(layer.c_layer(), fid as i64) };
}

/// Kinds of the layer's fields.
pub(super) fn field_kinds<L: LayerAccess>(layer: &L) -> Vec<FieldKind> {
    // SAFETY: the definition belongs to the layer, which outlives the calls; indices are below the count.
    unsafe {
        let definition = layer.defn().c_defn();
        (0..gdal_sys::OGR_FD_GetFieldCount(definition))
            .map(|index| {
                let field = gdal_sys::OGR_FD_GetFieldDefn(definition, index);
                match gdal_sys::OGR_Fld_GetType(field) {
                    OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64
                        if gdal_sys::OGR_Fld_GetSubType(field) == OGRFieldSubType::OFSTBoolean =>
                    {
                        FieldKind::Boolean
                    }
                    OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => FieldKind::Integer,
                    OGRFieldType::OFTReal => FieldKind::Real,
                    OGRFieldType::OFTDate => FieldKind::Date,
                    OGRFieldType::OFTBinary => FieldKind::Binary,
                    _ => FieldKind::Text,
                }
            })
            .collect()
    }
}

/// Names of the layer's fields; bytes that are no UTF-8 are decoded as `stray` says.
pub(super) fn field_names<L: LayerAccess>(layer: &L, stray: &mut StrayText) -> Vec<String> {
    // SAFETY: as in field_kinds; a name is a NUL-terminated string owned by the definition and copied at once.
    unsafe {
        let definition = layer.defn().c_defn();
        (0..gdal_sys::OGR_FD_GetFieldCount(definition))
            .map(|index| {
                let name = gdal_sys::OGR_Fld_GetNameRef(gdal_sys::OGR_FD_GetFieldDefn(definition, index));
                let name = if name.is_null() { c"" } else { CStr::from_ptr(name) };
                name.to_str().map_or_else(|_| stray.decode(name.to_bytes()), str::to_owned)
            })
            .collect()
    }
}

/// Reads a layer's features one after another.
pub(super) struct Features<'a, L: LayerAccess> {
    layer: &'a L,
    jumps: Option<Jumps>,
}

/// Half of a sample from the start, half from places evenly apart.
struct Jumps {
    read: u64,
    head: u64,
    stride: u64,
}

impl<'a, L: LayerAccess> Features<'a, L> {
    pub(super) fn new(layer: &'a mut L) -> Self {
        layer.reset_feature_reading();
        Self { layer, jumps: None }
    }

    /// As [`Features::new`], but jumps through a layer of `count` rows of which `most` will be read, if its driver can
    /// jump without reading what lies between.
    pub(super) fn sampled(layer: &'a mut L, count: u64, most: u64) -> Self {
        let can_jump = layer.has_capability(gdal::vector::LayerCaps::OLCFastSetNextByIndex);
        let head = most / 2;
        let stride = count.saturating_sub(head) / (most - head).max(1);
        let jumps = (can_jump && stride > 1).then_some(Jumps { read: 0, head, stride });
        Self { jumps, ..Self::new(layer) }
    }

    pub(super) fn next(&mut self) -> Option<Feature<'a>> {
        reset_error();
        if let Some(jumps) = &mut self.jumps {
            if jumps.read >= jumps.head {
                let index = jumps.head + (jumps.read - jumps.head) * jumps.stride;
                // SAFETY: the layer is alive.
                let outcome = unsafe { gdal_sys::OGR_L_SetNextByIndex(self.layer.c_layer(), index as i64) };
                if outcome != OGRErr::OGRERR_NONE {
                    reset_error();
                    return None;
                }
            }
            jumps.read += 1;
        }
        // SAFETY: the layer is alive; a non-null feature is ours to destroy.
        let feature = unsafe { gdal_sys::OGR_L_GetNextFeature(self.layer.c_layer()) };
        (!feature.is_null()).then_some(Feature { feature, layer: PhantomData })
    }
}

/// One feature.
pub(super) struct Feature<'a> {
    feature: OGRFeatureH,
    layer: PhantomData<&'a ()>,
}

impl Drop for Feature<'_> {
    fn drop(&mut self) {
        // SAFETY: created by OGR_L_GetNextFeature, destroyed once.
        unsafe { gdal_sys::OGR_F_Destroy(self.feature) }
    }
}

impl Feature<'_> {
    pub(super) fn fid(&self) -> i64 {
        // SAFETY: the feature is alive.
        unsafe { gdal_sys::OGR_F_GetFID(self.feature) }
    }

    fn is_known(&self, index: usize) -> bool {
        // SAFETY: the feature is alive; callers pass indices of the layer's fields.
        unsafe { gdal_sys::OGR_F_IsFieldSetAndNotNull(self.feature, index as i32) != 0 }
    }

    pub(super) fn integer(&self, index: usize) -> Option<i64> {
        // SAFETY: as in is_known.
        self.is_known(index).then(|| unsafe { gdal_sys::OGR_F_GetFieldAsInteger64(self.feature, index as i32) })
    }

    pub(super) fn real(&self, index: usize) -> Option<f64> {
        // SAFETY: as in is_known.
        self.is_known(index).then(|| unsafe { gdal_sys::OGR_F_GetFieldAsDouble(self.feature, index as i32) })
    }

    pub(super) fn date(&self, index: usize) -> Option<(i16, u8, u8)> {
        if !self.is_known(index) {
            return None;
        }
        let (mut year, mut month, mut day) = (0, 0, 0);
        let (mut hour, mut minute, mut second, mut zone) = (0, 0, 0, 0);
        // SAFETY: the out-parameters are live integers.
        let ok = unsafe {
            gdal_sys::OGR_F_GetFieldAsDateTime(
                self.feature,
                index as i32,
                &raw mut year,
                &raw mut month,
                &raw mut day,
                &raw mut hour,
                &raw mut minute,
                &raw mut second,
                &raw mut zone,
            )
        };
        (ok != 0).then_some((year as i16, month as u8, day as u8))
    }

    /// Text of a field; bytes that are no UTF-8 are decoded as `stray` says.
    pub(super) fn text<R>(&self, index: usize, stray: &mut StrayText, take: impl FnOnce(Option<&str>) -> R) -> R {
        if !self.is_known(index) {
            return take(None);
        }
        // SAFETY: OGR returns a NUL-terminated string that lives until the next call on this feature.
        let text = unsafe {
            let text = gdal_sys::OGR_F_GetFieldAsString(self.feature, index as i32);
            if text.is_null() {
                return take(None);
            }
            CStr::from_ptr(text)
        };
        match text.to_str() {
            Ok(text) => take(Some(text)),
            Err(_) => take(Some(&stray.decode(text.to_bytes()))),
        }
    }

    /// The geometry, taken out of the feature.
    pub(super) fn take_geometry(&mut self) -> Option<Geometry> {
        // SAFETY: ownership of a non-null geometry passes to us.
        Geometry::own(unsafe { gdal_sys::OGR_F_StealGeometry(self.feature) })
    }
}

/// A geometry of our own.
pub(super) struct Geometry {
    geometry: OGRGeometryH,
}

impl Drop for Geometry {
    fn drop(&mut self) {
        // SAFETY: owned, destroyed once.
        unsafe { gdal_sys::OGR_G_DestroyGeometry(self.geometry) }
    }
}

impl Geometry {
    fn own(geometry: OGRGeometryH) -> Option<Self> {
        (!geometry.is_null()).then_some(Self { geometry })
    }

    fn into_raw(self) -> OGRGeometryH {
        let raw = self.geometry;
        std::mem::forget(self);
        raw
    }

    pub(super) fn is_empty(&self) -> bool {
        // SAFETY: the geometry is alive; so below.
        unsafe { gdal_sys::OGR_G_IsEmpty(self.geometry) != 0 }
    }

    /// Type without Z and M.
    pub(super) fn flat_type(&self) -> OGRwkbGeometryType::Type {
        unsafe { gdal_sys::OGR_GT_Flatten(gdal_sys::OGR_G_GetGeometryType(self.geometry)) }
    }

    pub(super) fn has_curves(&self) -> bool {
        unsafe { gdal_sys::OGR_G_HasCurveGeometry(self.geometry, 1) != 0 }
    }

    /// Arcs as chords of 4° (GDAL's default).
    pub(super) fn linear(&self) -> Option<Self> {
        // SAFETY: a new geometry is returned; options may be null.
        Self::own(unsafe { gdal_sys::OGR_G_GetLinearGeometry(self.geometry, 0.0, ptr::null_mut()) })
    }

    pub(super) fn into_multipolygon(self) -> Option<Self> {
        // SAFETY: OGR takes ownership of the argument and returns a geometry that we own.
        Self::own(unsafe { gdal_sys::OGR_G_ForceToMultiPolygon(self.into_raw()) })
    }

    pub(super) fn close_rings(&mut self) {
        unsafe { gdal_sys::OGR_G_CloseRings(self.geometry) }
    }

    pub(super) fn is_valid(&self) -> bool {
        unsafe { gdal_sys::OGR_G_IsValid(self.geometry) != 0 }
    }

    pub(super) fn make_valid(&self) -> Option<Self> {
        // SAFETY: a new geometry is returned.
        Self::own(unsafe { gdal_sys::OGR_G_MakeValid(self.geometry) })
    }

    /// One area made of the parts of a multi-polygon, which may share edges or overlap.
    pub(super) fn union(&self) -> Option<Self> {
        // SAFETY: a new geometry is returned.
        Self::own(unsafe { gdal_sys::OGR_G_UnionCascaded(self.geometry) })
    }

    pub(super) fn area(&self) -> f64 {
        unsafe { gdal_sys::OGR_G_Area(self.geometry) }
    }

    pub(super) fn from_wkb(wkb: &[u8]) -> Option<Self> {
        let mut geometry = ptr::null_mut();
        // SAFETY: the length is that of the slice; OGR does not keep or change it.
        let outcome = unsafe {
            gdal_sys::OGR_G_CreateFromWkb(
                wkb.as_ptr().cast(),
                ptr::null_mut(),
                &raw mut geometry,
                i32::try_from(wkb.len()).ok()?,
            )
        };
        if outcome == OGRErr::OGRERR_NONE { Self::own(geometry) } else { None }
    }

    /// Appends ISO well-known binary, little-endian; `false` if OGR cannot.
    pub(super) fn append_wkb(&self, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        // SAFETY: the buffer has exactly the size that OGR asks for.
        unsafe {
            let size = gdal_sys::OGR_G_WkbSizeEx(self.geometry);
            out.resize(start + size, 0);
            let outcome =
                gdal_sys::OGR_G_ExportToIsoWkb(self.geometry, OGRwkbByteOrder::wkbNDR, out[start..].as_mut_ptr());
            if outcome != OGRErr::OGRERR_NONE {
                out.truncate(start);
                return false;
            }
        }
        true
    }
}

/// The faces that lines enclose, arcs as chords; `cut` cuts the lines first where they cross or touch.
pub(super) fn faces(lines: &[&gdal::vector::Geometry], cut: bool) -> Vec<gdal::vector::Geometry> {
    let collection = Geometry::own(unsafe {
        // SAFETY: a new geometry of a valid type.
        gdal_sys::OGR_G_CreateGeometry(OGRwkbGeometryType::wkbMultiLineString)
    });
    let Some(collection) = collection else { return Vec::new() };
    for line in lines {
        let linear = line.wkb().ok().and_then(|wkb| Geometry::from_wkb(&wkb)).and_then(|line| line.linear());
        let Some(linear) = linear else { continue };
        // SAFETY: both geometries are alive; OGR copies the second.
        unsafe { gdal_sys::OGR_G_AddGeometry(collection.geometry, linear.geometry) };
    }
    let cut = if cut {
        // SAFETY: the union of lines with themselves is a new geometry, noded.
        Geometry::own(unsafe { gdal_sys::OGR_G_Union(collection.geometry, collection.geometry) })
    } else {
        Some(collection)
    };
    // SAFETY: a new geometry is returned: a collection of polygons, which own their rings.
    let faces = cut.and_then(|lines| Geometry::own(unsafe { gdal_sys::OGR_G_Polygonize(lines.geometry) }));
    let Some(faces) = faces else { return Vec::new() };
    let mut wkb = Vec::new();
    if !faces.append_wkb(&mut wkb) {
        return Vec::new();
    }
    let Ok(faces) = gdal::vector::Geometry::from_wkb(&wkb) else { return Vec::new() };
    (0..faces.geometry_count()).map(|index| faces.get_geometry(index).clone()).collect()
}
