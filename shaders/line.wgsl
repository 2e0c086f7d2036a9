// Lines of constant width on screen, and roads that are true to scale but never thinner than the layer's width.
//
// `normal.w` 0: a ribbon that lies on the ground; `normal.xyz` points sideways along the ground and `param.x` is half
// the true width in metres. `normal.w` 1: a line in the air; `normal.xyz` points along it and `param.x` is the side, ±1.
// `param.y` is the size of the feature the line belongs to, in metres: lines of features too small to see fade out.

struct LineOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) world: vec3<f32>,
    @location(1) @interpolate(flat) colour: vec4<f32>,
    @location(2) @interpolate(flat) dashes: u32,
}

// How a step of `direction` metres moves on screen, px, at a point with clip position `at`.
fn px_per_metre(at: vec4<f32>, direction: vec3<f32>) -> vec2<f32> {
    let d = view.clip_from_world * vec4<f32>(direction, 0.0);
    return (d.xy * at.w - at.xy * d.w) / (at.w * at.w) * 0.5 * view.viewport.zw;
}

@vertex
fn vertex(in: VertexIn) -> LineOut {
    var out: LineOut;
    let style = styles[in.slot];
    let at = view.clip_from_world * vec4<f32>(in.position, 1.0);
    let depth = max(at.w, 0.1);
    let px_m = metres_per_px(depth);
    let selected = (style.bits & SELECTED) != 0u;
    var width_px = scene.layer.z * scene.accent.w;
    let outlined = (style.bits & OUTLINED) != 0u;
    if (selected || outlined) { width_px *= 2.6; }
    // What is thinner than a drawn pixel would be missed by most of them.
    width_px = max(width_px, min(width_px, 1.0) / drawn_px());

    var clip = at;
    var world = in.position;
    if (in.normal.w < 0.5) {
        let sideways = in.normal.xyz;
        let along = vec3<f32>(-sideways.z, 0.0, sideways.x);
        let along_px = px_per_metre(at, along);
        let side_px = px_per_metre(at, sideways);
        // Pixels of thickness per metre of width: seen flat, a ribbon on the ground needs more metres.
        let across = abs(along_px.x * side_px.y - along_px.y * side_px.x) / max(length(along_px), 1e-6);
        let m_per_px = 1.0 / max(across, 0.12 / px_m);
        let half_m = max(in.param.x, 0.5 * width_px * m_per_px) + scene.layer.w * scene.accent.w * m_per_px;
        world = in.position + sideways * half_m;
        clip = view.clip_from_world * vec4<f32>(world, 1.0);
    } else {
        let along_px = px_per_metre(vec4<f32>(at.xyz, depth), in.normal.xyz);
        let unit = along_px / max(length(along_px), 1e-6);
        let shift = vec2<f32>(-unit.y, unit.x) * in.param.x * 0.5 * width_px;
        clip = vec4<f32>(at.xy + shift * 2.0 / view.viewport.zw * at.w, at.zw);
    }
    // A pass with extra width is the casing under a road: it takes the other colour.
    var colour = unpack_colour(select(style.line, style.fill, scene.layer.w > 0.0));
    if (selected || (style.bits & HOVERED) != 0u) {
        // A road is an area: it takes a tint, where a thin line takes the whole colour.
        let tint = select(1.0, 0.4, in.normal.w < 0.5 && in.param.x > 0.5);
        colour = vec4<f32>(mix(colour.rgb, scene.accent.rgb, tint), 1.0);
    }
    let size_px = in.param.y / px_m;
    let faintest = select(0.0, 0.25, in.normal.w < 0.5);
    // Outlines of many small areas would be a grey veil over all of them.
    let veil = select(1.0, smoothstep(8.0, 14.0, size_px), in.normal.w < 0.5);
    let fade = select(clamp((size_px - 3.0) / 13.0, faintest, 1.0) * veil, 1.0, outlined || selected);
    out.world = world;
    // A road is broken by the pattern of its class, its casing is not; an outline by a pattern of its own.
    let road = in.normal.w < 0.5 && in.param.x > 0.5 && scene.layer.w <= 0.0;
    let broken = select(select(0u, style.bits & 0xffu, road), (style.bits >> 16u) & 0xffu, outlined);
    out.dashes = select(broken, 0u, selected);
    out.colour = vec4<f32>(colour.rgb, colour.a * scene.layer.y * fade);
    out.clip = pulled(clip, 0.0);
    if ((style.bits & VISIBLE) == 0u || out.colour.a < 0.02) { out.clip = NOWHERE; }
    return out;
}

fn shaded(in: LineOut) -> vec4<f32> {
    var colour = in.colour.rgb;
    if (in.dashes != 0u) {
        // Dashes in screen space: short for dots, the gaps lighter than the line.
        let period = select(14.0, 7.0, in.dashes == 3u) * max(scene.accent.w, 0.6);
        let seen = seen_at(in.clip);
        let at = (seen.x + seen.y) * 0.70711;
        var gap = stripe(at, period, period * 0.4);
        if (in.dashes == 2u) { gap = max(gap, stripe((seen.x - seen.y) * 0.70711, period, period * 0.4)); }
        colour = mix(colour, mix(colour, scene.horizon.rgb, 0.85), gap);
    }
    return vec4<f32>(hazed(colour, in.world), in.colour.a);
}

@fragment
fn fragment(in: LineOut) -> @location(0) vec4<f32> {
    return shaded(in);
}

@fragment
fn fragment_cut(in: LineOut) -> @location(0) vec4<f32> {
    // The colour first: what it takes from neighbouring fragments must not depend on what is cut.
    let colour = shaded(in);
    if (is_cut(in.world)) { discard; }
    return colour;
}
