//! The projected coordinate systems that PROJ's database knows, with the area each is meant for.
//!
//! Which of them fits some coordinates is left to `place`.
//!
//! `unsafe` is needed because the list is a C array; it is copied and freed here.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char};
use std::sync::LazyLock;

use gdal_sys::OSRCRSType;

/// A projected coordinate system of the EPSG register.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Registered {
    pub(super) code: u32,
    pub(super) name: String,
    /// West, south, east, north of the area it is meant for, degrees.
    pub(super) area: [f64; 4],
}

static PROJECTED: LazyLock<Vec<Registered>> = LazyLock::new(read);

/// All that are not deprecated, by code.
pub(super) fn projected() -> &'static [Registered] {
    &PROJECTED
}

/// Zones are used somewhat beyond their edge: Shanghai lies on both sides of one. Degrees.
const BEYOND_DEG: f64 = 1.0;

/// Those meant for a place or its neighbourhood, longitude and latitude in degrees.
pub(super) fn meant_for([lon, lat]: [f64; 2]) -> impl Iterator<Item = &'static Registered> {
    projected().iter().filter(move |crs| {
        let [west, south, east, north] = crs.area;
        let (west, east) = (west - BEYOND_DEG, east + BEYOND_DEG);
        let across = if west <= east { (west..=east).contains(&lon) } else { lon >= west || lon <= east };
        across && (south..=north).contains(&lat)
    })
}

fn read() -> Vec<Registered> {
    crate::reader::keep_proj_offline();
    let text = |pointer: *const c_char| {
        // SAFETY: GDAL gives null or a NUL-terminated string that lives as long as the list.
        (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
    };
    let mut count = 0;
    let mut found = Vec::new();
    // SAFETY: the count is a live integer; parameters may be null; the list has that many entries that are not null, and
    // is freed once, after everything has been copied.
    unsafe {
        let list = gdal_sys::OSRGetCRSInfoListFromDatabase(c"EPSG".as_ptr(), std::ptr::null(), &raw mut count);
        if list.is_null() {
            return found;
        }
        for index in 0..usize::try_from(count).unwrap_or(0) {
            let info = &**list.add(index);
            if info.eType != OSRCRSType::OSR_CRS_TYPE_PROJECTED || info.bDeprecated != 0 || info.bBboxValid == 0 {
                continue;
            }
            let code = text(info.pszCode).and_then(|code| code.parse().ok());
            if let (Some(code), Some(name)) = (code, text(info.pszName)) {
                let area = [
                    info.dfWestLongitudeDeg,
                    info.dfSouthLatitudeDeg,
                    info.dfEastLongitudeDeg,
                    info.dfNorthLatitudeDeg,
                ];
                found.push(Registered { code, name, area });
            }
        }
        gdal_sys::OSRDestroyCRSInfoList(list);
    }
    found.sort_by_key(|crs| crs.code);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_their_systems() {
        let shanghai: Vec<u32> = meant_for([121.3, 31.2]).map(|crs| crs.code).collect();
        assert!(shanghai.contains(&4549) && shanghai.contains(&4528) && shanghai.contains(&32651), "{shanghai:?}");
        assert!(!shanghai.contains(&25832));
        assert!(meant_for([7.75, 47.3]).any(|crs| crs.code == 2056));
        assert!(projected().len() > 3000);
    }
}
