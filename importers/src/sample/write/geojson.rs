//! Emergency resources as GeoJSON in longitude and latitude.

use std::fmt::Write;
use std::path::Path;

use gdal::spatial_ref::CoordTransform;
use serde_json::json;

use super::EPSG;
use super::vector::srs;
use crate::sample::SampleError;
use crate::sample::emergency::Resource;

/// Emergency resources.
pub(super) const FILE: &str = "应急资源.geojson";

/// Write the resources.
pub(super) fn resources(dir: &Path, resources: &[Resource]) -> Result<(), SampleError> {
    let path = dir.join(FILE);
    // CGCS2000 and WGS 84 agree within centimetres, and GeoJSON knows only WGS 84.
    let to_degrees =
        CoordTransform::new(&srs(EPSG, &path)?, &srs(4326, &path)?).map_err(|e| SampleError::gdal(&path, e))?;
    let mut xs: Vec<f64> = resources.iter().map(|r| r.at.x).collect();
    let mut ys: Vec<f64> = resources.iter().map(|r| r.at.y).collect();
    let mut zs = vec![0.0; xs.len()];
    to_degrees.transform_coords(&mut xs, &mut ys, &mut zs).map_err(|e| SampleError::gdal(&path, e))?;
    let mut out = String::from("{\"type\":\"FeatureCollection\",\"name\":\"应急资源\",\"features\":[\n");
    for (k, resource) in resources.iter().enumerate() {
        let properties = json!({
            "编号": format!("YJ{:05}", k + 1),
            "类别": resource.kind,
            "名称": resource.name,
            "状态": resource.state,
            "容量": resource.capacity,
            "流量_Ls": resource.flow_l_s,
            "朝向_度": resource.bearing_deg,
            "视距_m": resource.range_m,
        });
        let comma = if k + 1 < resources.len() { "," } else { "" };
        // Nine decimals of a degree are a tenth of a millimetre.
        let _ = writeln!(
            out,
            "{{\"type\":\"Feature\",\"properties\":{properties},\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{:.9},{:.9}]}}}}{comma}",
            xs[k], ys[k]
        );
    }
    out.push_str("]}\n");
    super::put(&path, out.as_bytes())
}
