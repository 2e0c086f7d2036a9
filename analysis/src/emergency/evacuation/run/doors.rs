//! Which door people with reduced mobility leave by.

use std::collections::HashMap;

use spatial_db::model::FeatureId;

use super::Group;

/// Of each group the one by whose door those leave who cannot take steps: the nearest of the building's doors that is on record without
/// steps; its own where none is, and somebody has to help them.
pub(super) fn without_steps(groups: &[Group]) -> Vec<usize> {
    let mut of_building: HashMap<FeatureId, Vec<usize>> = HashMap::new();
    for (k, group) in groups.iter().enumerate().filter(|(_, group)| group.step_free == Some(true)) {
        of_building.entry(group.building).or_default().push(k);
    }
    let far = |a: &Group, b: &Group| (a.door_m[0] - b.door_m[0]).hypot(a.door_m[1] - b.door_m[1]);
    let door_of = |(k, group): (usize, &Group)| {
        if group.step_free == Some(true) {
            return k;
        }
        let others = of_building.get(&group.building).map_or(&[] as &[usize], Vec::as_slice);
        let nearest = others.iter().copied().min_by(|a, b| far(group, &groups[*a]).total_cmp(&far(group, &groups[*b])));
        nearest.unwrap_or(k)
    };
    groups.iter().enumerate().map(door_of).collect()
}
